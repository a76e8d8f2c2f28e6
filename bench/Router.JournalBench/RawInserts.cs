using System.Diagnostics;
using SQLitePCL;

namespace Router.JournalBench;

/// <summary>The limit that the journal is compared with: one 300 B row a message, 1,000 a transaction, WAL, synchronous=FULL, raw calls, checkpoints by a thread of their own.</summary>
internal static class RawInserts
{
    private const int RowBytes = 300;
    private const int RowsPerTransaction = 1000;

    /// <summary>Rows a second.</summary>
    public static double Run(string folder, int rows, int pageSize)
    {
        string path = Path.Combine(folder, "raw.db");
        using sqlite3 database = Open(path, pageSize);
        Check(raw.sqlite3_exec(database, "CREATE TABLE row(key INTEGER PRIMARY KEY, data BLOB)"));
        Check(raw.sqlite3_prepare_v2(database, "INSERT INTO row(key, data) VALUES(?1, ?2)", out sqlite3_stmt insert));
        byte[] data = new byte[RowBytes];
        new Random(1).NextBytes(data);
        using ManualResetEventSlim stop = new();
        Thread checkpoints = new(() => Checkpoint(path, pageSize, stop));
        checkpoints.Start();
        long started = Stopwatch.GetTimestamp();
        for (int row = 0; row < rows;)
        {
            Check(raw.sqlite3_exec(database, "BEGIN IMMEDIATE"));
            for (int end = Math.Min(rows, row + RowsPerTransaction); row < end; row++)
            {
                raw.sqlite3_bind_int64(insert, 1, row);
                raw.sqlite3_bind_blob(insert, 2, data);
                _ = raw.sqlite3_step(insert);
                _ = raw.sqlite3_reset(insert);
            }

            Check(raw.sqlite3_exec(database, "COMMIT"));
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        stop.Set();
        checkpoints.Join();
        insert.Dispose();
        return rows / seconds;
    }

    private static void Checkpoint(string path, int pageSize, ManualResetEventSlim stop)
    {
        using sqlite3 database = Open(path, pageSize);
        while (!stop.Wait(20))
        {
            _ = raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        }
    }

    private static sqlite3 Open(string path, int pageSize)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null));
        foreach (string pragma in new[] { $"page_size={pageSize}", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0" })
        {
            Check(raw.sqlite3_exec(database, "PRAGMA " + pragma));
        }

        return database;
    }

    private static void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new IOException($"SQLite result {code}");
        }
    }
}
