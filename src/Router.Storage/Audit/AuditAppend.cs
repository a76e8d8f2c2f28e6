using Router.Engine.Audit;
using Router.Storage.Sqlite;

namespace Router.Storage.Audit;

/// <summary>An entry in the writer's next transaction.</summary>
internal sealed class AuditAppend(AuditTable table, AuditEntry entry) : IWriterWork
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends once it is kept.</summary>
    public Task Done => done.Task;

    /// <inheritdoc/>
    public void Execute() => table.Add(entry);

    /// <inheritdoc/>
    public void Completed(StorageException? fault)
    {
        if (fault is null)
        {
            done.SetResult();
        }
        else
        {
            done.SetException(fault);
        }
    }
}
