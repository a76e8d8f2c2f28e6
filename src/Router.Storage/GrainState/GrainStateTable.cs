using Router.Storage.Sqlite;

namespace Router.Storage.GrainState;

/// <summary>The table <c>grain_state</c>, written by the writer's thread. Numbers of versions never come again, so that a cleared and remade state has another.</summary>
internal sealed class GrainStateTable : IDisposable
{
    // What is deleted is overwritten, in the transaction that everybody's commits wait for: some ms, whether states are notes of 200 KB or say in 100 bytes when something was read.
    private const int DeletedAtOnce = 256 * 1024;
    private const int RowBytes = 256;

    private readonly Statement read;
    private readonly Statement insert;
    private readonly Statement update;
    private readonly Statement delete;
    private readonly Statement next;
    private readonly Statement pick;
    private readonly Statement deleteUpTo;

    public GrainStateTable(Database database)
    {
        read = database.Prepare("SELECT etag FROM grain_state WHERE key = ?1");
        insert = database.Prepare("INSERT INTO grain_state(key, etag, data) VALUES(?1, ?2, ?3)");
        update = database.Prepare("UPDATE grain_state SET etag = ?2, data = ?3 WHERE key = ?1");
        delete = database.Prepare("DELETE FROM grain_state WHERE key = ?1");
        next = database.Prepare("INSERT INTO meta(name, value) VALUES('grain_etag', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1 RETURNING value");
        pick = database.Prepare("SELECT key, length(data) FROM grain_state WHERE key >= ?1 AND key < ?2 ORDER BY key");
        deleteUpTo = database.Prepare("DELETE FROM grain_state WHERE key >= ?1 AND key <= ?2");
    }

    /// <summary>The version stored; 0: none.</summary>
    public long Find(string key)
    {
        long etag = read.Bind(1, key).Step() ? read.Long(0) : 0;
        read.Reset();
        return etag;
    }

    /// <summary>Stores <paramref name="data"/> (null: deletes) and returns its version.</summary>
    public long Store(string key, bool exists, byte[]? data)
    {
        if (data is null)
        {
            delete.Bind(1, key).Run();
            return 0;
        }

        long etag = next.Step() ? next.Long(0) : 0;
        next.Reset();
        (exists ? update : insert).Bind(1, key).Bind(2, etag).Bind(3, data).Run();
        return etag;
    }

    /// <summary>Deletes the first states from key <paramref name="from"/> to before <paramref name="to"/>, as many as the writer has time for; true: there may be more.</summary>
    public bool DeleteSome(string from, string to)
    {
        string? last = null;
        long bytes = 0;
        bool isFull = false;
        for (pick.Bind(1, from).Bind(2, to); !isFull && pick.Step();)
        {
            last = pick.Text(0);
            bytes += RowBytes + pick.Long(1);
            isFull = bytes >= DeletedAtOnce;
        }

        pick.Reset();
        if (last is not null)
        {
            deleteUpTo.Bind(1, from).Bind(2, last).Run();
        }

        return isFull;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        read.Dispose();
        insert.Dispose();
        update.Dispose();
        delete.Dispose();
        next.Dispose();
        pick.Dispose();
        deleteUpTo.Dispose();
    }
}
