namespace Router.Engine.Work;

/// <summary>
/// An answer that somebody awaits: he goes on as work of <paramref name="scheduler"/>, never on the stack of whoever gives it. In the product that is what <c>RunContinuationsAsynchronously</c> does; the
/// simulation decides when. Any thread.
/// </summary>
public sealed class ScheduledAnswer<T>(IWorkScheduler scheduler) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource<T> source = new();
    private T given = default!;
    private int isGiven;

    /// <summary>Ends with the answer.</summary>
    public Task<T> Task => source.Task;

    /// <summary>Gives it; the first one counts. False: there was one.</summary>
    public bool TryGive(T answer)
    {
        if (Interlocked.Exchange(ref isGiven, 1) != 0)
        {
            return false;
        }

        given = answer;
        scheduler.Queue(this);
        return true;
    }

    /// <inheritdoc/>
    public void Execute() => source.SetResult(given);
}
