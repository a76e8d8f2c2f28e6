using SQLitePCL;

namespace Router.Storage.Sqlite;

/// <summary>A connection to one SQLite file, for one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    // A WAL that grew under load is cut back to this when it begins anew.
    private const int WalBytesKept = 64 * 1024 * 1024;

    private readonly sqlite3 handle;

    static Database() => Batteries_V2.Init();

    private Database(string path, sqlite3 handle)
    {
        Path = path;
        this.handle = handle;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether no transaction is open.</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(handle) != 0;

    /// <summary>Opens the file to write it, and makes it when it is not there.</summary>
    /// <remarks>secure_delete leaves no stale bytes in pages; checkpoints are <see cref="Checkpointer"/>'s.</remarks>
    /// <exception cref="SqliteFault">Not a database, damaged, no right.</exception>
    public static Database OpenWriter(string path, int pageSize, int cacheKiB)
    {
        return Open(
            path,
            raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE,
            $"page_size={pageSize}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "wal_autocheckpoint=0",
            "temp_store=MEMORY",
            $"journal_size_limit={WalBytesKept}",
            $"cache_size=-{cacheKiB}");
    }

    /// <summary>Opens a file that is there, to read it beside its writer.</summary>
    public static Database OpenReader(string path, int cacheKiB)
    {
        // Read and write, then query_only: a read-only handle cannot make the -shm file anew after a crash.
        return Open(path, raw.SQLITE_OPEN_READWRITE, "query_only=ON", $"cache_size=-{cacheKiB}");
    }

    public Statement Prepare(string sql) => new(handle, sql);

    public void Execute(string sql)
    {
        int code = raw.sqlite3_exec(handle, sql);
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteFault(raw.sqlite3_extended_errcode(handle), sql);
        }
    }

    /// <summary>Copies pages from the WAL into the file. Returns pages in the WAL and pages of them copied so far; (-1, -1) when another checkpoint runs.</summary>
    public (int InLog, int Copied) Checkpoint(bool truncate)
    {
        int code = raw.sqlite3_wal_checkpoint_v2(
            handle, "main", truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE, out int inLog, out int copied);
        return code switch
        {
            raw.SQLITE_OK => (inLog, copied),
            raw.SQLITE_BUSY => (-1, -1),
            _ => throw new SqliteFault(raw.sqlite3_extended_errcode(handle), "checkpoint"),
        };
    }

    public void Dispose() => handle.Dispose();

    private static Database Open(string path, int flags, params string[] pragmas)
    {
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            handle?.Dispose();
            throw new SqliteFault(code, "open");
        }

        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, 5000);
        Database database = new(path, handle);
        try
        {
            foreach (string pragma in pragmas)
            {
                database.Execute("PRAGMA " + pragma);
            }

            return database;
        }
        catch (SqliteFault)
        {
            database.Dispose();
            throw;
        }
    }
}
