using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.Storage.Log;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>Reads the log once after a start and makes memory again what it was. For all shards in one pass.</summary>
internal static partial class Recovery
{
    /// <summary>Fills <paramref name="memory"/> from the commits after its own; returns the end of the log.</summary>
    public static LogPosition Run(Database database, JournalMemory memory, SqliteStoreOptions options, TimeProvider time, ILogger logger)
    {
        long started = time.GetTimestamp();
        long entries = 0;
        long after = memory.Current.AfterCommit;
        LogPosition end = new(after, 0);
        LogRecord record = default;
        using Statement read = database.Prepare("SELECT seq, data FROM log WHERE seq > ?1 ORDER BY seq");
        read.Bind(1, after);
        while (read.Step())
        {
            long commit = read.Long(0);
            LogReader reader = new(read.Blob(1));
            int count = 0;
            lock (memory.Gate)
            {
                while (reader.NextGroup())
                {
                    while (reader.NextEntry(ref record))
                    {
                        Add(memory, ref record);
                        count++;
                    }
                }

                memory.EndCommit(commit, reader.AtMs, options.GenerationMessages);
            }

            entries += count;
            end = new LogPosition(commit, count);
        }

        read.Reset();
        long elapsedMs = (long)time.GetElapsedTime(started).TotalMilliseconds;
        LogRecovered(logger, database.Path, end.Commit - after, entries, elapsedMs);
        return end;
    }

    private static void Add(JournalMemory memory, ref LogRecord record)
    {
        ref JournalEntry entry = ref record.Entry;
        if (!record.IsAccepted)
        {
            memory.Add(entry, record.Shard);
            return;
        }

        memory.Accept(entry.Message, entry.Contact, entry.Sender, entry.Tenant, entry.KeySlot, entry.AtMs);
        if (record.HasIdempotencyKey)
        {
            SlabTable<UInt128, IdempotencyRow> keys = memory.Current.Idempotency;
            IdempotencyRow row = new() { KeyHash = record.IdempotencyKey, Id = entry.Message, BodyHash = record.BodyHash };
            int ordinal = keys.Find(row.KeyHash);
            if (ordinal >= 0)
            {
                keys[ordinal] = row;
            }
            else
            {
                keys.Add(row);
            }
        }
    }

    [LoggerMessage(EventId = 3020, Level = LogLevel.Information,
        Message = "The journal {Path} was taken up: {Commits} commits with {Entries} entries read in {ElapsedMs} ms.")]
    private static partial void LogRecovered(ILogger logger, string path, long commits, long entries, long elapsedMs);
}
