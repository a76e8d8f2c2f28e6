using Router.Engine.Work;

namespace Router.Streams.Tests;

/// <summary>Turns of one grain, which a test runs itself, one behind the other on its own thread.</summary>
internal sealed class Turns : TaskScheduler, IWorkScheduler
{
    private readonly Queue<Task> queue = [];

    /// <summary>Begins something, and runs all that can be run now.</summary>
    public Task<T> Begin<T>(Func<Task<T>> work)
    {
        Task<T> begun = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();
        RunAll();
        return begun;
    }

    /// <summary>Runs what was queued until nothing is.</summary>
    public void RunAll()
    {
        while (queue.TryDequeue(out Task? next))
        {
            TryExecuteTask(next);
        }
    }

    /// <inheritdoc/>
    public void Queue(IThreadPoolWorkItem worker) => Task.Factory.StartNew(worker.Execute, CancellationToken.None, TaskCreationOptions.None, this);

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => queue.Enqueue(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => queue;
}
