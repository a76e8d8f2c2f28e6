namespace Router.Storage.Sqlite;

/// <summary>Something to be done in the writer's next transaction, beside the journal's parts: takes of shards, grain state, the audit log.</summary>
internal interface IWriterWork
{
    /// <summary>Writes; on the writer's thread, inside the transaction.</summary>
    /// <exception cref="SqliteFault">The transaction is rolled back and everything in it refused.</exception>
    void Execute();

    /// <summary>The transaction is on stable storage (<paramref name="fault"/> null) or not; on the writer's thread, returns at once.</summary>
    void Completed(StorageException? fault);
}
