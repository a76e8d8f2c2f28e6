using Router.Storage.Sqlite;

namespace Router.Storage.GrainState;

/// <summary>Removes some of the states in a range of keys in the writer's next transaction.</summary>
internal sealed class GrainStateRemoval(GrainStateTable table, string from, string to) : IWriterWork
{
    private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool hasMore;

    /// <summary>Whether there may be more.</summary>
    public Task<bool> Done => done.Task;

    /// <inheritdoc/>
    public void Execute() => hasMore = table.DeleteSome(from, to);

    /// <inheritdoc/>
    public void Completed(StorageException? fault)
    {
        if (fault is null)
        {
            done.SetResult(hasMore);
        }
        else
        {
            done.SetException(fault);
        }
    }
}
