using Router.Engine.Journal;

namespace Router.FrontDoor.Webhooks;

/// <summary>
/// Tells deliveries that their tenant has new events. One reader of the log's heads for all of them: a commit that concerns three tenants wakes three deliveries, not
/// all. Sleeps while there is none. Any thread.
/// </summary>
internal sealed class EventFan(IEventLog log, WebhookTimes times, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, List<Listener>> listeners = [];
    private readonly CancellationTokenSource stopping = new();
    private TaskCompletionSource used = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? loop;
    private LogPosition looked;
    private int count;

    /// <summary>Wakes <paramref name="wake"/> whenever <paramref name="tenant"/> may have new events.</summary>
    internal Listener Add(int tenant, Action wake)
    {
        var listener = new Listener(tenant, wake);
        lock (gate)
        {
            if (!listeners.TryGetValue(tenant, out List<Listener>? own))
            {
                listeners.Add(tenant, own = []);
            }

            own.Add(listener);
            if (count++ == 0)
            {
                looked = log.End;
                used.TrySetResult();
            }

            loop ??= Task.Run(RunAsync, CancellationToken.None);
        }

        return listener;
    }

    /// <summary>Wakes it no more.</summary>
    internal void Remove(Listener listener)
    {
        lock (gate)
        {
            List<Listener> own = listeners[listener.Tenant];
            if (own.Remove(listener) && --count == 0)
            {
                used = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (own.Count == 0)
            {
                listeners.Remove(listener.Tenant);
            }
        }
    }

    /// <summary>Whether there may be something new since the last call; where there is not, nothing of the tenant's lies before <paramref name="upTo"/> that was not there then.</summary>
    internal bool Take(Listener listener, out LogPosition upTo)
    {
        lock (gate)
        {
            upTo = looked;
            bool news = listener.HasNews;
            listener.HasNews = false;
            return news;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await (loop ?? Task.CompletedTask);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var tenants = new HashSet<int>();
        var woken = new List<Listener>();
        try
        {
            while (true)
            {
                await Used().WaitAsync(stopping.Token);
                await log.WaitAsync(Looked(), stopping.Token);
                if (times.Gather > TimeSpan.Zero)
                {
                    await Task.Delay(times.Gather, time, stopping.Token);
                }

                Look(tenants, woken);
                woken.ForEach(static listener => listener.Wake());
                woken.Clear();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private Task Used()
    {
        lock (gate)
        {
            return used.Task;
        }
    }

    private LogPosition Looked()
    {
        lock (gate)
        {
            return looked;
        }
    }

    private void Look(HashSet<int> tenants, List<Listener> woken)
    {
        lock (gate)
        {
            tenants.Clear();
            looked = log.Look(looked, tenants);
            if (tenants.Contains(0))
            {
                tenants.UnionWith(listeners.Keys);
            }

            foreach (int tenant in tenants)
            {
                if (listeners.TryGetValue(tenant, out List<Listener>? own))
                {
                    own.ForEach(static listener => listener.HasNews = true);
                    woken.AddRange(own);
                }
            }
        }
    }

    /// <summary>One who listens.</summary>
    internal sealed class Listener(int tenant, Action wake)
    {
        internal int Tenant { get; } = tenant;

        internal bool HasNews { get; set; } = true;

        internal void Wake() => wake();
    }
}
