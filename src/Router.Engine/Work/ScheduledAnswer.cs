namespace Router.Engine.Work;

/// <summary>
/// An answer that somebody awaits: he goes on as work of <paramref name="scheduler"/>, never on the stack of whoever gives it. In the product that is what <c>RunContinuationsAsynchronously</c> does; the
/// simulation decides when.
/// </summary>
public sealed class ScheduledAnswer<T>(IWorkScheduler scheduler) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource<T> source = new();
    private T given = default!;

    /// <summary>Ends with the answer.</summary>
    public Task<T> Task => source.Task;

    /// <summary>Gives it, once.</summary>
    public void Give(T answer)
    {
        given = answer;
        scheduler.Queue(this);
    }

    /// <inheritdoc/>
    public void Execute() => source.SetResult(given);
}
