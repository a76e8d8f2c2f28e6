namespace Router.Engine.Work;

/// <summary>
/// A single-threaded state machine with queues: <see cref="Wake"/> after each addition, <see cref="Step"/> runs on one thread at a time until nothing is left.
/// </summary>
/// <remarks>Hot path: a wake-up of a worker that runs already costs one atomic exchange.</remarks>
public abstract class Worker(IWorkScheduler scheduler) : IThreadPoolWorkItem
{
    private int scheduled;

    /// <summary>Has the worker run, if it is not about to.</summary>
    public void Wake()
    {
        // A full fence on both sides: the worker clears the flag, then looks at its queues once more; the caller adds, then looks at the flag.
        if (Interlocked.Exchange(ref scheduled, 1) == 0)
        {
            scheduler.Queue(this);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        do
        {
            while (Step())
            {
            }

            Interlocked.Exchange(ref scheduled, 0);
        }
        while (HasWork && Interlocked.Exchange(ref scheduled, 1) == 0);
    }

    /// <summary>Whether something waits in a queue.</summary>
    protected abstract bool HasWork { get; }

    /// <summary>Does some work; true when there may be more.</summary>
    protected abstract bool Step();
}
