using Microsoft.Extensions.Logging;
using Router.Engine.Journal;

namespace Router.Storage.Sqlite;

/// <summary>
/// The one thread that writes <c>journal.db</c>. It takes all that waits, up to <see cref="SqliteStoreOptions.CommitBytesMax"/>, makes it one transaction (WAL, synchronous=FULL: an
/// fsync at its end), and only then tells who waits (<see cref="CommitTeller"/>). While one transaction syncs, the next gathers: that is the group commit.
/// </summary>
/// <remarks>
/// Bounded: a shard has one part under way and a grain one write, so at most 64 parts, a work a grain and an entry of the audit log a request wait here.
/// </remarks>
internal sealed partial class SqliteWriter : IDisposable
{
    // What a work counts towards the bound: the state of a grain is about 0.5 KB.
    private const int WorkBytes = 1024;

    // While commits fail and nothing comes (a load balancer has turned away), one is tried so often: how else would it be known that they work again? Real time, as all pacing of the disk.
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    private readonly Database database;
    private readonly JournalCommit commit;
    private readonly Checkpointer checkpointer;
    private readonly JournalMeter meter;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly int commitBytesMax;
    private readonly Lock gate = new();
    private readonly AutoResetEvent arrived = new(initialState: false);
    private readonly List<JournalPart> takenParts = [];
    private readonly List<IWriterWork> takenWork = [];
    private readonly Thread thread;
    private readonly Statement begin;
    private readonly Statement end;
    private readonly Statement rollback;
    private readonly ProbeWork probe;
    private Queue<object> waiting = new();
    private bool stopping;
    private volatile string? fault;

    public SqliteWriter(Database database, JournalCommit commit, Checkpointer checkpointer, int commitBytesMax, JournalMeter meter, TimeProvider time, ILogger logger)
    {
        this.database = database;
        this.commit = commit;
        this.checkpointer = checkpointer;
        this.commitBytesMax = commitBytesMax;
        this.meter = meter;
        this.time = time;
        this.logger = logger;
        begin = database.Prepare("BEGIN IMMEDIATE");
        end = database.Prepare("COMMIT");
        rollback = database.Prepare("ROLLBACK");
        probe = new ProbeWork(database);
        thread = new Thread(Run) { IsBackground = true, Name = "journal writer" };
    }

    /// <summary>SQLite's result with which the next COMMIT fails instead of being made; 0: none. For tests of what cannot be brought about, such as a failed fsync.</summary>
    public int NextCommitFault { get; set; }

    /// <summary>Why the last commit failed, with the remedy; null: it did not. Any thread.</summary>
    public string? Fault => fault;

    /// <summary>How its commits are. Any thread.</summary>
    public JournalFigures Figures => meter.Figures(NowMs);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts the thread.</summary>
    public void Start() => thread.Start();

    /// <summary>Queues a part. Any thread; false: the writer has stopped.</summary>
    public bool TryAdd(JournalPart part) => TryEnqueue(part);

    /// <summary>Queues a work. Any thread; false: the writer has stopped.</summary>
    public bool TryAdd(IWriterWork work) => TryEnqueue(work);

    /// <summary>Writes all that waits, then ends the thread.</summary>
    public void Stop()
    {
        lock (gate)
        {
            stopping = true;
        }

        arrived.Set();
        if (thread.IsAlive)
        {
            thread.Join();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        begin.Dispose();
        end.Dispose();
        rollback.Dispose();
        probe.Dispose();
        arrived.Dispose();
    }

    private bool TryEnqueue(object item)
    {
        bool wake;
        lock (gate)
        {
            if (stopping)
            {
                return false;
            }

            wake = waiting.Count == 0;
            waiting.Enqueue(item);
        }

        if (wake)
        {
            arrived.Set();
        }

        return true;
    }

    private void Run()
    {
        while (TakeAll())
        {
            Write();
            takenParts.Clear();
            takenWork.Clear();
        }

        commit.WaitUntilTold();
    }

    // False: stopping, and nothing waits.
    private bool TakeAll()
    {
        while (true)
        {
            lock (gate)
            {
                long bytes = 0;
                while (bytes < commitBytesMax && waiting.TryDequeue(out object? item))
                {
                    if (item is JournalPart part)
                    {
                        takenParts.Add(part);
                        bytes += part.Sealed.Count + ((part.Accepted.Count + part.Entries.Count) * 64L);
                    }
                    else
                    {
                        // Works run after the parts. A part queued behind a take of its shard then counts as written before it: its owner has not been told yet.
                        takenWork.Add((IWriterWork)item);
                        bytes += WorkBytes;
                    }
                }

                if (takenParts.Count + takenWork.Count > 0)
                {
                    return true;
                }

                if (stopping)
                {
                    return false;
                }
            }

            if (fault is null)
            {
                arrived.WaitOne();
            }
            else if (!arrived.WaitOne(ProbePause))
            {
                takenWork.Add(probe);
                return true;
            }
        }
    }

    private void Write()
    {
        Exception? failure = null;
        PartOutcome outcome = PartOutcome.Refused;
        commit.Begin(takenParts);
        try
        {
            if ((takenParts.Count > 0 || takenWork.Contains(probe)) && !commit.WaitForRoom())
            {
                throw new StorageException($"look-ups beside '{database.Path}' cannot be written and memory is full: check the disk");
            }

            long began = time.GetTimestamp();
            begin.Run();
            commit.Write();
            foreach (IWriterWork work in takenWork)
            {
                work.Execute();
            }

            outcome = End(out failure);
            if (failure is null)
            {
                meter.Committed(time.GetElapsedTime(began), commit.EntriesNow, NowMs);
            }
        }
        catch (Exception failed) when (failed is SqliteFault or IOException or StorageException)
        {
            failure = failed;
        }

        if (failure is not null)
        {
            RollBack();
        }

        Report(failure, outcome);
        commit.End(outcome, HasWaiting());
        if (takenWork.Count > 0)
        {
            Complete(failure);
        }

        if (failure is null)
        {
            checkpointer.Committed();
        }
    }

    private void Complete(Exception? failure)
    {
        // Whoever takes shards finds in memory all that was written before.
        commit.WaitUntilTold();
        StorageException? told = failure is null ? null : ToStorage(failure);
        foreach (IWriterWork work in takenWork)
        {
            work.Completed(told);
        }
    }

    private bool HasWaiting()
    {
        lock (gate)
        {
            return waiting.Count > 0;
        }
    }

    private PartOutcome End(out Exception? failure)
    {
        try
        {
            if (NextCommitFault != 0)
            {
                SqliteFault asked = new(NextCommitFault, "COMMIT");
                NextCommitFault = 0;
                throw asked;
            }

            end.Run();
            failure = null;
            return PartOutcome.Kept;
        }
        catch (SqliteFault failed)
        {
            failure = failed;
            return failed.CommitIsRolledBack ? PartOutcome.Refused : PartOutcome.Unknown;
        }
    }

    private void RollBack()
    {
        if (database.IsAutocommit)
        {
            return;
        }

        try
        {
            rollback.Run();
        }
        catch (SqliteFault failed)
        {
            LogRollbackFailed(logger, failed.Code);
        }
    }

    private void Report(Exception? failed, PartOutcome outcome)
    {
        if (failed is not null)
        {
            meter.Failed();
            string remedy = ToStorage(failed).Message;
            if (fault is null)
            {
                LogFailed(logger, database.Path, outcome, remedy);
            }

            fault = remedy;
        }
        else if (fault is not null)
        {
            fault = null;
            LogRecovered(logger, database.Path);
        }
    }

    private StorageException ToStorage(Exception fault) => fault switch
    {
        SqliteFault sqlite => sqlite.ToStorage(database.Path),
        StorageException storage => storage,
        _ => new StorageException($"a key file beside '{database.Path}' cannot be written: check the disk", fault),
    };

    [LoggerMessage(EventId = 3001, Level = LogLevel.Error, Message = "The journal {Path} could not be written ({Outcome}); nothing is accepted until it can: {Remedy}")]
    private static partial void LogFailed(ILogger logger, string path, PartOutcome outcome, string remedy);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Information, Message = "The journal {Path} can be written again.")]
    private static partial void LogRecovered(ILogger logger, string path);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error, Message = "A rollback failed (SQLite result {Code}); restart Router if this repeats.")]
    private static partial void LogRollbackFailed(ILogger logger, int code);
}
