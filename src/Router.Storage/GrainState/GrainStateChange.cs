using Router.Storage.Sqlite;

namespace Router.Storage.GrainState;

/// <summary>A compare-and-swap of one state in the writer's next transaction.</summary>
internal sealed class GrainStateChange(GrainStateTable table, string key, long expected, byte[]? data) : IWriterWork
{
    private readonly TaskCompletionSource<(long Stored, bool Changed)> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (long Stored, bool Changed) answer;

    /// <summary>The version stored and whether it is ours.</summary>
    public Task<(long Stored, bool Changed)> Done => done.Task;

    /// <inheritdoc/>
    public void Execute()
    {
        long stored = table.Find(key);
        answer = stored == expected ? (table.Store(key, stored != 0, data), true) : (stored, false);
    }

    /// <inheritdoc/>
    public void Completed(StorageException? fault)
    {
        if (fault is null)
        {
            done.SetResult(answer);
        }
        else
        {
            done.SetException(fault);
        }
    }
}
