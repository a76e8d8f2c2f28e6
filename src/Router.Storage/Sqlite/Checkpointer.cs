using Microsoft.Extensions.Logging;

namespace Router.Storage.Sqlite;

/// <summary>
/// The thread that copies the WAL into the file: PASSIVE every 20 ms while commits come (GROUND: that brings the longest commit from 380–585 ms to 130–180 ms). When
/// the WAL outgrows its bound under steady load, the writer copies the rest itself between two commits, so that it begins anew.
/// </summary>
internal sealed partial class Checkpointer : IDisposable
{
    // Pacing of disk work, not a rule: real time, not the injected one.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Database database;
    private readonly long pagesMax;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly AutoResetEvent committed = new(initialState: false);
    private readonly ManualResetEvent stop = new(initialState: false);
    private readonly Thread thread;
    private volatile int pagesInLog;
    private bool isFailing;

    /// <param name="database">A connection of its own.</param>
    /// <param name="pagesMax">Pages in the WAL above which the writer waits.</param>
    /// <param name="logger">For faults.</param>
    public Checkpointer(Database database, long pagesMax, ILogger logger)
    {
        this.database = database;
        this.pagesMax = pagesMax;
        this.logger = logger;
        thread = new Thread(Run) { IsBackground = true, Name = "journal checkpointer" };
    }

    /// <summary>Pages in the WAL at the last look.</summary>
    public int PagesInLog => pagesInLog;

    /// <summary>Starts the thread.</summary>
    public void Start() => thread.Start();

    /// <summary>A commit was made; called by the writer between two transactions.</summary>
    public void Committed()
    {
        committed.Set();
        if (pagesInLog > pagesMax)
        {
            // No commit runs now, so all of the WAL can be copied and the next commit begins it anew. Beside a writer that never rests a copy made by the
            // thread never is whole, and the WAL would grow for ever.
            if (Copy(truncate: false))
            {
                pagesInLog = 0;
            }
        }
    }

    /// <summary>Copies the whole WAL and empties it; false when a reader holds it.</summary>
    public bool Truncate() => Copy(truncate: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Set();
        if (thread.IsAlive)
        {
            thread.Join();
        }

        committed.Dispose();
        stop.Dispose();
    }

    private void Run()
    {
        WaitHandle[] wake = [stop, committed];
        while (WaitHandle.WaitAny(wake) != 0)
        {
            Copy(truncate: false);
            if (stop.WaitOne(Pause))
            {
                return;
            }
        }
    }

    private bool Copy(bool truncate)
    {
        lock (gate)
        {
            try
            {
                (int inLog, int copied) = database.Checkpoint(truncate);
                pagesInLog = inLog;
                isFailing = false;
                return inLog == copied && inLog >= 0;
            }
            catch (SqliteFault fault)
            {
                if (!isFailing)
                {
                    isFailing = true; // tried every 20 ms: told once until it works
                    LogFailed(logger, database.Path, fault.Code);
                }

                return false;
            }
        }
    }

    [LoggerMessage(EventId = 3010, Level = LogLevel.Warning, Message = "The WAL of {Path} could not be copied (SQLite result {Code}); it is tried again until it can: check the disk")]
    private static partial void LogFailed(ILogger logger, string path, int code);
}
