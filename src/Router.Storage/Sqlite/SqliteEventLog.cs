using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Log;

namespace Router.Storage.Sqlite;

/// <summary>
/// The log as events. The newest commits are read from memory, so that tails of SSE streams do not touch the disk; older ones from the table by number. Any thread.
/// </summary>
internal sealed class SqliteEventLog : IEventLog, IDisposable
{
    // Commits looked at in one call: a rare tenant's reader must not hold the connection for a week's log.
    private const int CommitsMax = 512;

    private readonly Lock gate = new();
    private readonly Lock reading = new();
    private readonly CommitRing ring;
    private readonly Database database;
    private readonly Statement select;
    private readonly Statement selectTime;
    private TaskCompletionSource? waiting;
    private LogPosition begin;
    private LogPosition end;

    /// <param name="database">A connection of its own to read from.</param>
    /// <param name="cacheBytes">Bytes of commits held in memory.</param>
    public SqliteEventLog(Database database, int cacheBytes)
    {
        this.database = database;
        ring = new CommitRing(cacheBytes);
        select = database.Prepare("SELECT seq, data FROM log WHERE seq >= ?1 ORDER BY seq LIMIT ?2");
        selectTime = database.Prepare("SELECT at FROM log WHERE seq = ?1");
    }

    /// <inheritdoc/>
    public LogPosition End
    {
        get
        {
            lock (gate)
            {
                return end;
            }
        }
    }

    /// <inheritdoc/>
    public LogPosition Begin
    {
        get
        {
            lock (gate)
            {
                return begin;
            }
        }
    }

    /// <summary>Says where the log begins and ends, at start.</summary>
    public void Restore(LogPosition first, LogPosition last)
    {
        lock (gate)
        {
            begin = first;
            end = last;
        }
    }

    /// <summary>A commit was kept. The writer's thread.</summary>
    public void Publish(long commit, ReadOnlySpan<byte> packed, int count)
    {
        TaskCompletionSource? told;
        lock (gate)
        {
            ring.Add(commit, packed);
            end = new LogPosition(commit, count);
            told = waiting;
            waiting = null;
        }

        // Continuations run elsewhere (RunContinuationsAsynchronously): the writer only marks it.
        told?.SetResult();
    }

    /// <inheritdoc/>
    public LogPosition Read(int tenant, LogPosition after, StructList<LogEvent> events, int max)
    {
        ArgumentNullException.ThrowIfNull(events);
        Cursor cursor = new(tenant, after, max);
        while (cursor.Left > 0 && cursor.Commits < CommitsMax)
        {
            lock (gate)
            {
                if (cursor.Position >= end)
                {
                    return cursor.Position;
                }

                // The place after a commit's last entry is the next commit's beginning.
                if (cursor.NextCommit >= ring.First && cursor.NextCommit <= ring.Last)
                {
                    cursor.Read(cursor.NextCommit, ring[cursor.NextCommit], events);
                    continue;
                }
            }

            if (!ReadTable(ref cursor, events))
            {
                return cursor.Position;
            }
        }

        return cursor.Position;
    }

    /// <inheritdoc/>
    public LogPosition Look(LogPosition after, ISet<int> tenants)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        lock (gate)
        {
            long from = after.Commit + 1;
            if (from <= end.Commit && from < ring.First)
            {
                tenants.Add(0);
                return end;
            }

            for (long commit = from; commit <= ring.Last; commit++)
            {
                LogReader reader = new(ring[commit]);
                while (reader.NextGroup())
                {
                    tenants.Add(reader.Tenant);
                }
            }

            return end;
        }
    }

    /// <inheritdoc/>
    public LogPosition FindTime(long atMs)
    {
        long low = Begin.Commit + 1;
        long high = End.Commit + 1;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (TimeOf(middle) is not { } time || time < atMs)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return new LogPosition(low - 1, LogPosition.IndexMax);
    }

    /// <inheritdoc/>
    public Task WaitAsync(LogPosition position, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (end > position)
            {
                return Task.CompletedTask;
            }

            waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiting.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        select.Dispose();
        selectTime.Dispose();
        database.Dispose();
    }

    // When a commit was made; null: there is no such commit.
    private long? TimeOf(long commit)
    {
        lock (gate)
        {
            if (commit >= ring.First && commit <= ring.Last)
            {
                return new LogReader(ring[commit]).AtMs;
            }
        }

        lock (reading)
        {
            try
            {
                return selectTime.Bind(1, commit).Step() ? selectTime.Long(0) : null;
            }
            catch (SqliteFault fault)
            {
                throw fault.ToStorage(database.Path);
            }
            finally
            {
                selectTime.Reset();
            }
        }
    }

    // False: the table has no commit at the cursor or after it.
    private bool ReadTable(ref Cursor cursor, StructList<LogEvent> events)
    {
        lock (reading)
        {
            bool any = false;
            try
            {
                select.Bind(1, cursor.NextCommit).Bind(2, CommitsMax);
                while (cursor.Left > 0 && cursor.Commits < CommitsMax && select.Step())
                {
                    any = true;
                    cursor.Read(select.Long(0), select.Blob(1), events);
                }

                return any;
            }
            catch (SqliteFault fault)
            {
                throw fault.ToStorage(database.Path);
            }
            finally
            {
                select.Reset();
            }
        }
    }

    /// <summary>A reader's place and what it still may take.</summary>
    private struct Cursor(int tenant, LogPosition position, int left)
    {
        private LogRecord record;

        public LogPosition Position = position;

        public int Left = left;

        public int Commits;

        // A commit read to its end is left behind by (commit, its count); whether there is more in it shows when it is read again.
        private bool atEnd;

        public readonly long NextCommit => atEnd || Position.Commit == 0 ? Position.Commit + 1 : Position.Commit;

        public void Read(long commit, ReadOnlySpan<byte> packed, StructList<LogEvent> events)
        {
            Commits++;
            int from = commit == Position.Commit ? Position.Index + 1 : 0;
            int index = 0;
            LogReader reader = new(packed);
            while (reader.NextGroup())
            {
                if ((tenant != 0 && reader.Tenant != tenant) || index + reader.GroupCount <= from)
                {
                    index += reader.GroupCount;
                    continue;
                }

                while (reader.NextEntry(ref record))
                {
                    if (index >= from && IsEvent(record))
                    {
                        if (Left == 0)
                        {
                            return;
                        }

                        Add(commit, index, events);
                    }

                    index++;
                }
            }

            Position = new LogPosition(commit, index);
            atEnd = true;
        }

        // Parts of inbound messages are none, nor are dead letters, which are nobody's (tenant 0).
        private static bool IsEvent(in LogRecord record) => record.Entry.Kind is EntryKind.Flags or EntryKind.Conversation or EntryKind.Notice
            || (record.Entry.Kind == EntryKind.Status && record.Entry.Status is not MessageStatus.None && record.Entry.Tenant != 0 && !record.IsPart);

        private void Add(long commit, int index, StructList<LogEvent> events)
        {
            ref LogEvent added = ref events.Add();
            added.Position = new LogPosition(commit, index);
            added.Entry = record.Entry;
            added.Entry.ReceiptKey = 0;
            Position = added.Position;
            atEnd = false;
            Left--;
        }
    }
}
