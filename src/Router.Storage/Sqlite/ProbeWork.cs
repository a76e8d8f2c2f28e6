namespace Router.Storage.Sqlite;

/// <summary>Writes one small row: does a commit work again?</summary>
internal sealed class ProbeWork(Database database) : IWriterWork, IDisposable
{
    private readonly Statement set = database.Prepare("INSERT INTO meta(name, value) VALUES('probe', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1");

    /// <inheritdoc/>
    public void Execute() => set.Run();

    /// <inheritdoc/>
    public void Completed(StorageException? fault)
    {
        // The writer tells it itself.
    }

    /// <inheritdoc/>
    public void Dispose() => set.Dispose();
}
