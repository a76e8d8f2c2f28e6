using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.FrontDoor.Events;
using Router.FrontDoor.Problems;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <summary>
/// Delivers to one webhook: reads its tenant's events from the log, posts what its <see cref="DeliveryWindow"/> gives out, has kept what has become of it. A loop of its own, so
/// that a slow receiver holds back nobody else; asleep while there is nothing to do.
/// </summary>
internal sealed partial class WebhookLoop : IWebhookRun, IAsyncDisposable
{
    private const int BatchMax = DeliveryWindow.SizeMax;

    // Reads of the log without a pause: each looks at up to 512 commits.
    private const int ReadsMax = 16;

    private readonly WebhookPlan plan;
    private readonly WebhookServices shared;
    private readonly Func<DeliveryProgress, DeliveryState, Task> keep;
    private readonly DeliveryWindow window;
    private readonly Lock windowGate = new();
    private readonly StructList<LogEvent> batch = new(4);
    private readonly ConcurrentQueue<(Delivery One, WebhookAnswer? Answer)> answers = new();
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, AllowSynchronousContinuations = false, SingleReader = true });

    private readonly CancellationTokenSource sending = new();
    private readonly EventFan.Listener news;
    private readonly ITimer timer;
    private readonly Task loop;
    private LogPosition kept;
    private volatile bool stopping;
    private bool isBehind = true;
    private bool isDirty;
    private bool waitsForPost;
    private long keptAtMs;
    private long holdUntilMs;
    private long givenUp;

    internal WebhookLoop(WebhookPlan plan, DeliveryProgress from, Func<DeliveryProgress, DeliveryState, Task> keep, WebhookServices shared)
    {
        this.plan = plan;
        this.keep = keep;
        this.shared = shared;
        window = new DeliveryWindow(from, shared.NewJitter());
        kept = from.Position;
        givenUp = from.GivenUp;

        // The first that is taken is kept at once: a host that is killed again and again must get on all the same.
        keptAtMs = NowMs - (long)shared.Times.Keep.TotalMilliseconds;
        timer = shared.Time.CreateTimer(static state => ((WebhookLoop)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        news = shared.Fan.Add(plan.Tenant, Wake);
        loop = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <inheritdoc/>
    public DeliveryProgress Progress
    {
        get
        {
            lock (windowGate)
            {
                return window.Progress();
            }
        }
    }

    private IEventLog Log => shared.Journal.Events;

    private long NowMs => shared.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async Task<DeliveryProgress> StopAsync()
    {
        stopping = true;
        Wake();
        await using (shared.Time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), sending, shared.Times.Grace, Timeout.InfiniteTimeSpan))
        {
            await loop;
        }

        return Progress;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        sending.Dispose();
    }

    private void Wake() => wakes.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        try
        {
            Begin();
            await StepAsync();
            while (!stopping && window.State == DeliveryState.Going)
            {
                await SleepAsync();
                await StepAsync();
            }

            await EndAsync();
        }
        finally
        {
            shared.Fan.Remove(news);
            await timer.DisposeAsync();
        }
    }

    // What is no longer kept in the log can't be told.
    private void Begin()
    {
        LogPosition begin = Log.Begin;
        if (window.Looked < begin)
        {
            LogLeftOut(shared.Log, plan.Name, plan.Tenant);
            lock (windowGate)
            {
                window.Skip(begin);
            }
        }
    }

    private async Task StepAsync()
    {
        Settle();
        try
        {
            if (NowMs >= holdUntilMs)
            {
                await FillAsync();
                Send();
            }
        }
        catch (JournalUnavailableException)
        {
            Hold();
        }
#pragma warning disable CA1031 // A fault of ours in one webhook's loop must neither end it for good nor reach another's: told, counted, tried again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref shared.Counts.WebhookFaults);
            LogFault(shared.Log, plan.Name, plan.Tenant, FaultTypes.Of(fault), fault.StackTrace);
            Hold();
        }

        await KeepIfDueAsync();
    }

    private void Hold() => holdUntilMs = NowMs + (long)shared.Times.Again.TotalMilliseconds;

    private void Settle()
    {
        while (answers.TryDequeue(out (Delivery One, WebhookAnswer? Answer) settled))
        {
            lock (windowGate)
            {
                Settle(settled.One, settled.Answer);
            }
        }
    }

    private void Settle(Delivery one, WebhookAnswer? answer)
    {
        if (answer is not { } said || said.Fault == WebhookFaults.Stopped)
        {
            window.Unsent(one);
            return;
        }

        isDirty = true;
        if (said.IsTaken)
        {
            Interlocked.Increment(ref shared.Counts.WebhooksTaken);
            window.Taken(one);
            return;
        }

        Interlocked.Increment(ref shared.Counts.WebhooksFailed);
        if (said.Status == 410)
        {
            window.Refused(one);
            return;
        }

        bool wasHealthy = window.IsHealthy;
        window.Failed(one, NowMs, said.RetryAfterMs);
        if (wasHealthy)
        {
            LogFailing(shared.Log, plan.Name, plan.Tenant, said.Status, said.Fault);
        }

        if (window.GivenUp > givenUp)
        {
            givenUp = window.GivenUp;
            Interlocked.Increment(ref shared.Counts.WebhooksGivenUp);
            LogGivenUp(shared.Log, plan.Name, plan.Tenant);
        }
    }

    private async ValueTask FillAsync()
    {
        if (shared.Fan.Take(news, out LogPosition upTo))
        {
            isBehind = true;
        }
        else if (!isBehind)
        {
            lock (windowGate)
            {
                window.Skip(upTo);
            }
        }

        for (int reads = 0; isBehind && window.Room > 0; reads++)
        {
            if (reads == ReadsMax)
            {
                Wake(); // others have their turn on this thread first
                return;
            }

            batch.Clear();
            LogPosition from = window.Looked;
            int room = Math.Min(window.Room, BatchMax);
            LogPosition looked = await shared.Turns.ReadAsync(plan.Tenant, from, batch, room, CancellationToken.None);
            isBehind = looked > from;
            lock (windowGate)
            {
                Add(looked, batch.Count == room);
            }
        }
    }

    private void Add(LogPosition looked, bool mayHaveMore)
    {
        foreach (ref readonly LogEvent one in batch.Span)
        {
            if (plan.Filter.Wants(EventText.TypeOf(one.Entry)))
            {
                window.Add(one);
            }
            else
            {
                window.Skip(one.Position);
            }
        }

        if (!mayHaveMore)
        {
            window.Skip(looked);
        }
    }

    private void Send()
    {
        if (shared.Administration.Current.FindTenant(plan.Tenant) is not { } tenant)
        {
            Hold(); // it is being deleted
            return;
        }

        waitsForPost = false;
        while (true)
        {
            bool isShared = window.UnderWay > 0;
            if (isShared && !shared.Slots.TryTake())
            {
                waitsForPost = true;
                Interlocked.Increment(ref shared.Counts.WebhooksWaited);
                return;
            }

            Delivery? next;
            lock (windowGate)
            {
                next = window.TryTake(NowMs);
            }

            if (next is null)
            {
                if (isShared)
                {
                    shared.Slots.Give();
                }

                return;
            }

            _ = SendAsync(next, tenant, isShared);
        }
    }

    private async Task SendAsync(Delivery one, Tenant tenant, bool isShared)
    {
        WebhookAnswer? answer = null;
        try
        {
            ComposedEvent told = await shared.Composer.ComposeAsync(one.Event, tenant, sending.Token).ConfigureAwait(false);
            answer = await shared.Client.PostAsync(plan, told, sending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped: as if it had never gone; it goes again under the same id.
        }
        catch (JournalUnavailableException)
        {
            Hold();
        }
#pragma warning disable CA1031 // As in StepAsync: one event that can't be composed must not end the loop; it counts as not taken, and is given up in the end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref shared.Counts.WebhookFaults);
            LogFault(shared.Log, plan.Name, plan.Tenant, FaultTypes.Of(fault), fault.StackTrace);
            answer = new WebhookAnswer(0, 0, WebhookFaults.Malformed, 0);
        }
        finally
        {
            if (isShared)
            {
                shared.Slots.Give();
            }

            answers.Enqueue((one, answer));
            Wake();
        }
    }

    private async Task KeepIfDueAsync()
    {
        long now = NowMs;
        if (window.State != DeliveryState.Going || now < KeepDueMs())
        {
            return;
        }

        DeliveryProgress progress = Progress;
        keptAtMs = now;
        if (await TryKeepAsync(progress, DeliveryState.Going))
        {
            kept = progress.Position;
            isDirty = false;
        }
    }

    private long KeepDueMs() => keptAtMs + (long)(isDirty ? shared.Times.Keep : shared.Times.KeepIdle).TotalMilliseconds;

    private async Task<bool> TryKeepAsync(DeliveryProgress progress, DeliveryState state)
    {
        if (state == DeliveryState.Going && !isDirty && progress.Position == kept)
        {
            return true;
        }

        try
        {
            await keep(progress, state);
            return true;
        }
#pragma warning disable CA1031 // Whatever the storage threw: it is not kept, and is told again after a crash. The grain has logged why.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotKept(shared.Log, plan.Name, plan.Tenant, fault.GetType().Name);
            return false;
        }
    }

    private async Task SleepAsync()
    {
        long now = NowMs;
        long due;
        lock (windowGate)
        {
            due = window.DueMs(now);
        }

        // Something may be due that finds no post: the end of one of its own wakes this, time does not.
        due = waitsForPost ? long.MaxValue : due;
        due = Math.Min(holdUntilMs > now ? holdUntilMs : due, KeepDueMs());
        timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(due - now, 0, (long)shared.Times.KeepIdle.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        await WakenAsync();
    }

    // What is under way ends first. Disabled, that is kept, however long it takes; the grain that kept it lets go of this.
    private async Task EndAsync()
    {
        bool isDisabled = !stopping;
        for (Settle(); window.UnderWay > 0; Settle())
        {
            await WakenAsync();
        }

        while (isDisabled && !stopping && !await TryKeepAsync(Progress, window.State))
        {
            timer.Change(shared.Times.Keep, Timeout.InfiniteTimeSpan);
            await WakenAsync();
        }
    }

    // Never cancelled: a cancelled read of a channel can lose an item (runtime#132094); whoever stops this wakes it.
    private async Task WakenAsync()
    {
        await wakes.Reader.WaitToReadAsync(CancellationToken.None);
        wakes.Reader.TryRead(out _);
    }

    [LoggerMessage(1, LogLevel.Warning, "webhook {Name} of tenant {Tenant} does not take events (status {Status}, {Fault}); they are tried again for three days")]
    private static partial void LogFailing(ILogger log, string name, int tenant, int status, string? fault);

    [LoggerMessage(2, LogLevel.Warning, "webhook {Name} of tenant {Tenant} did not take an event in three days, while it took others: given up")]
    private static partial void LogGivenUp(ILogger log, string name, int tenant);

    [LoggerMessage(3, LogLevel.Warning, "webhook {Name} of tenant {Tenant} stopped so long ago that some of what it has missed is no longer kept")]
    private static partial void LogLeftOut(ILogger log, string name, int tenant);

    [LoggerMessage(4, LogLevel.Error, "webhook {Name} of tenant {Tenant} failed here and goes on: {Fault}\n{Stack}")]
    private static partial void LogFault(ILogger log, string name, int tenant, string fault, string? stack);

    [LoggerMessage(5, LogLevel.Debug, "where webhook {Name} of tenant {Tenant} stands could not be kept now ({Fault})")]
    private static partial void LogNotKept(ILogger log, string name, int tenant, string fault);
}
