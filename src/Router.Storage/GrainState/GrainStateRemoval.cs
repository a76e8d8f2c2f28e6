using Router.Storage.Sqlite;

namespace Router.Storage.GrainState;

/// <summary>Removes some of the states in a range of keys in the writer's next transaction.</summary>
internal sealed class GrainStateRemoval(GrainStateTable table, string from, string to, int most) : IWriterWork
{
    private readonly TaskCompletionSource<int> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int removed;

    /// <summary>How many were removed.</summary>
    public Task<int> Done => done.Task;

    /// <inheritdoc/>
    public void Execute() => removed = table.Delete(from, to, most);

    /// <inheritdoc/>
    public void Completed(StorageException? fault)
    {
        if (fault is null)
        {
            done.SetResult(removed);
        }
        else
        {
            done.SetException(fault);
        }
    }
}
