using Router.Engine.Journal;
using Router.Engine.Providers;

namespace Router.Providers.Smpp;

/// <summary>Tells outcomes that arise on the engine's own stack, and changes of health, from the thread pool: in order, one teller at a time.</summary>
internal sealed class EventPost(int provider, IProviderEvents events) : IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private StructList<Outcome> waiting = new(64);
    private StructList<Outcome> telling = new(64);
    private bool scheduled;
    private bool up;
    private bool toldUp;

    /// <summary>Adds an outcome.</summary>
    public void Add(in Outcome outcome)
    {
        lock (gate)
        {
            waiting.Add(outcome);
            ScheduleLocked();
        }
    }

    /// <summary>Sets the health.</summary>
    public void SetHealth(bool isUp)
    {
        lock (gate)
        {
            up = isUp;
            ScheduleLocked();
        }
    }

    /// <summary>For the thread pool only.</summary>
    public void Execute()
    {
        while (true)
        {
            bool now;
            lock (gate)
            {
                now = up;
                if (waiting.Count == 0 && now == toldUp)
                {
                    scheduled = false;
                    return;
                }

                (waiting, telling) = (telling, waiting);
            }

            if (telling.Count > 0)
            {
                events.Settle(telling.Span);
                telling.Clear();
            }

            if (now != toldUp)
            {
                toldUp = now;
                events.HealthChanged(provider, now);
            }
        }
    }

    private void ScheduleLocked()
    {
        if (!scheduled)
        {
            scheduled = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
