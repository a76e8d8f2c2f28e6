using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.Storage.Log;
using Router.Storage.Lookups;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>Reads the log once after a start and makes memory again what it was. For all shards in one pass.</summary>
internal static partial class Recovery
{
    /// <summary>Fills <paramref name="memory"/> from the commits that its sweeps do not hold; returns the end of the log.</summary>
    /// <param name="database">The journal.</param>
    /// <param name="memory">As the newest run left it.</param>
    /// <param name="contactsCommit">The commit up to which contacts are in their file: may be older or younger than the newest run.</param>
    /// <param name="usageCommit">The commit up to which usage is in its file.</param>
    /// <param name="sweeper">Sweeps on the way when the log is longer than memory may be.</param>
    /// <param name="time">Measures.</param>
    /// <param name="logger">Told how long it took.</param>
    public static LogPosition Run(Database database, JournalMemory memory, long contactsCommit, long usageCommit, Sweeper sweeper, TimeProvider time, ILogger logger)
    {
        long started = time.GetTimestamp();
        long entries = 0;
        long commits = 0;
        long runCommit = memory.Current.AfterCommit;
        LogPosition end = default;
        LogRecord record = default;
        using Statement read = database.Prepare("SELECT seq, data FROM log WHERE seq > ?1 ORDER BY seq");
        read.Bind(1, Math.Max(0, Math.Min(Math.Min(runCommit, contactsCommit), usageCommit) - 1));
        while (read.Step())
        {
            long commit = read.Long(0);
            LogReader reader = new(read.Blob(1));
            int count = 0;
            bool full;
            lock (memory.Gate)
            {
                while (reader.NextGroup())
                {
                    while (reader.NextEntry(ref record))
                    {
                        if (commit > contactsCommit)
                        {
                            Touch(memory, record);
                        }

                        if (commit > runCommit)
                        {
                            Add(memory, ref record);
                        }

                        if (commit > usageCommit)
                        {
                            CountUsage(memory, record);
                        }

                        count++;
                    }
                }

                full = memory.EndCommit(commit, reader.AtMs) && memory.IsFull;
            }

            if (full)
            {
                sweeper.SweepNow();
            }

            entries += count;
            commits++;
            end = new LogPosition(commit, count);
        }

        read.Reset();
        long elapsedMs = (long)time.GetElapsedTime(started).TotalMilliseconds;
        LogRecovered(logger, database.Path, commits, entries, elapsedMs);
        return end;
    }

    private static void CountUsage(JournalMemory memory, in LogRecord record)
    {
        if (!record.IsAccepted)
        {
            memory.CountUsage(record.Entry);
            return;
        }

        memory.CountUsage(new AcceptedMessage
        {
            Direction = record.Entry.Direction,
            IsPart = record.IsPart,
            Tenant = record.Entry.Tenant,
            Channel = record.Entry.Channel,
            Provider = record.Entry.Provider,
            AcceptedAtMs = record.Entry.AtMs,
        });
    }

    private static void Touch(JournalMemory memory, in LogRecord record)
    {
        if (record.IsAccepted)
        {
            memory.TouchAccepted(record.Entry.Message, record.Entry.Contact, record.Entry.Sender, record.Entry.KeySlot);
        }
        else if (record.Entry.Kind == EntryKind.Flags)
        {
            memory.TouchFlags(record.Entry);
        }
    }

    private static void Add(JournalMemory memory, ref LogRecord record)
    {
        ref JournalEntry entry = ref record.Entry;
        if (!record.IsAccepted)
        {
            memory.Add(entry, record.Shard);
            return;
        }

        memory.Current.Accept(entry.Message, entry.Tenant, entry.AtMs, entry.Status, entry.Provider, record.IsPart, record.HasFallback);
        if (record.HasIdempotencyKey)
        {
            SlabTable<UInt128, IdempotencyRow> keys = memory.Current.Idempotency;
            IdempotencyRow row = new() { KeyHash = record.IdempotencyKey, Id = entry.Message, BodyHash = record.BodyHash };
            keys[keys.FindOrAdd(row)] = row;
        }
    }

    [LoggerMessage(EventId = 3020, Level = LogLevel.Information,
        Message = "The journal {Path} was taken up: {Commits} commits with {Entries} entries read in {ElapsedMs} ms.")]
    private static partial void LogRecovered(ILogger logger, string path, long commits, long entries, long elapsedMs);
}
