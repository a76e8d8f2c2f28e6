using Microsoft.Extensions.Logging;
using Router.Storage.Memory;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>
/// The thread that writes closed generations into look-up files and closed contacts into theirs, and then lets memory go of them. A fault is told, tried again after a
/// pause, and makes the writer refuse once memory is full: nothing is dropped.
/// </summary>
internal sealed partial class Sweeper : IDisposable
{
    // Disk work is paced by real time, not the injected one.
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    private readonly string folder;
    private readonly JournalMemory memory;
    private readonly ContactsFile contacts;
    private readonly UsageFile usage;
    private readonly long filterBytesMax;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly AutoResetEvent wake = new(initialState: false);
    private readonly ManualResetEvent stop = new(initialState: false);

    // A monitor, not an event: two may wait for room, and one must not take the other's signal. (System.Threading.Lock has no Wait.)
    private readonly object swept = new();
    private readonly Thread thread;
    private RunWriter? writer;
    private volatile bool failing;

    public Sweeper(string folder, JournalMemory memory, ContactsFile contacts, UsageFile usage, long filterBytesMax, TimeProvider time, ILogger logger)
    {
        this.folder = folder;
        this.memory = memory;
        this.contacts = contacts;
        this.usage = usage;
        this.filterBytesMax = filterBytesMax;
        this.time = time;
        this.logger = logger;
        thread = new Thread(Run) { IsBackground = true, Name = "journal sweeper" };
    }

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        thread.Start();
        wake.Set();
    }

    /// <summary>Sweeps what is closed on this thread: recovery, before the start.</summary>
    /// <exception cref="SqliteFault">A sweep failed.</exception>
    public void SweepNow()
    {
        while (SweepContacts() | SweepGeneration())
        {
        }
    }

    /// <summary>Waits until nothing closed is left, or it stops.</summary>
    public void WaitUntilSwept()
    {
        lock (swept)
        {
            while (HasClosed() && !stop.WaitOne(0))
            {
                Monitor.Wait(swept);
            }
        }
    }

    /// <summary>Something was closed.</summary>
    public void Wake() => wake.Set();

    /// <summary>Waits until memory has room; false: sweeps fail, the commit must be refused. The writer's thread.</summary>
    public bool WaitForRoom()
    {
        if (!IsFull())
        {
            return true;
        }

        if (failing)
        {
            return false; // told by the sweep that failed: not at every commit refused
        }

        LogFull(logger);
        lock (swept)
        {
            while (IsFull())
            {
                if (failing || stop.WaitOne(0))
                {
                    return false;
                }

                Monitor.Wait(swept);
            }
        }

        return true;
    }

    /// <summary>Ends the thread after the sweep under way.</summary>
    public void Stop()
    {
        stop.Set();
        Tell();
        if (thread.IsAlive)
        {
            thread.Join();
        }
    }

    /// <summary>Whether a sweep that failed by it may go well the next time: the disk, or what the folder allows, may have changed by then.</summary>
    internal static bool IsTriedAgain(Exception fault) => fault is SqliteFault or StorageException or IOException or UnauthorizedAccessException;

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        writer?.Dispose();
        wake.Dispose();
        stop.Dispose();
    }

    private void Run()
    {
        WaitHandle[] handles = [stop, wake];
        while (WaitHandle.WaitAny(handles) != 0)
        {
            while (!stop.WaitOne(0))
            {
                try
                {
                    bool any = SweepContacts() | SweepGeneration();
                    failing = false;
                    if (!any)
                    {
                        break;
                    }
                }
                catch (Exception fault) when (IsTriedAgain(fault))
                {
                    failing = true;
                    LogFailed(logger, folder, fault is SqliteFault sqlite ? sqlite.ToStorage(folder).Message : fault.Message);
                    stop.WaitOne(RetryPause);
                }

                Tell();
            }
        }
    }

    private bool IsFull()
    {
        lock (memory.Gate)
        {
            return memory.IsFull;
        }
    }

    private bool HasClosed()
    {
        lock (memory.Gate)
        {
            return memory.ClosedContacts is not null || memory.ClosedGeneration is not null;
        }
    }

    private void Tell()
    {
        lock (swept)
        {
            Monitor.PulseAll(swept);
        }
    }

    private bool SweepContacts()
    {
        ContactGeneration? closed;
        lock (memory.Gate)
        {
            closed = memory.ClosedContacts;
        }

        if (closed is null)
        {
            return false;
        }

        long started = time.GetTimestamp();
        contacts.Write(closed.Rows, closed.LastCommit);
        lock (memory.Gate)
        {
            memory.DropContacts();
        }

        int swept = closed.Rows.Count;
        memory.Recycle(closed);

        long elapsedMs = (long)time.GetElapsedTime(started).TotalMilliseconds;
        LogContactsSwept(logger, swept, elapsedMs);
        return true;
    }

    private bool SweepGeneration()
    {
        Generation? closed;
        IReadOnlyDictionary<long, UnfinishedState> carried;
        lock (memory.Gate)
        {
            closed = memory.ClosedGeneration;
            carried = memory.Carried;
        }

        if (closed is null)
        {
            return false;
        }

        long started = time.GetTimestamp();
        Dictionary<long, UnfinishedState> unfinished = new(carried);
        JournalMemory.Advance(unfinished, closed);
        usage.Write(closed.Usage, closed.LastCommit, closed.LastAtMs);
        Run run = WriterFor(closed.LastAtMs).Write(closed, unfinished);
        lock (memory.Gate)
        {
            memory.DropGeneration(run, unfinished);
            KeepFilterBudgetLocked();
        }

        memory.Recycle(closed);

        long elapsedMs = (long)time.GetElapsedTime(started).TotalMilliseconds;
        LogSwept(logger, run.Messages, run.Path, elapsedMs);
        return true;
    }

    // A clock set back must not open an older day: runs follow each other in their files.
    private RunWriter WriterFor(long atMs)
    {
        string path = LookupFile.PathOf(folder, atMs);
        if (writer is null)
        {
            string? newest = LookupFile.All(folder).LastOrDefault();
            path = newest is not null && string.CompareOrdinal(newest, path) > 0 ? newest : path;
            return writer = new RunWriter(path);
        }

        if (string.CompareOrdinal(path, writer.Path) > 0)
        {
            writer.Dispose();
            writer = null;
            writer = new RunWriter(path);
        }

        return writer;
    }

    private void KeepFilterBudgetLocked()
    {
        long bytes = 0;
        for (int i = memory.Runs.Length - 1; i >= 0; i--)
        {
            bytes += memory.Runs[i].FilterBytes;
            if (bytes > filterBytesMax)
            {
                memory.Runs[i].DropFilters();
            }
        }
    }

    [LoggerMessage(EventId = 3040, Level = LogLevel.Debug, Message = "{Messages} messages swept into {Path} in {ElapsedMs} ms.")]
    private static partial void LogSwept(ILogger logger, long messages, string path, long elapsedMs);

    [LoggerMessage(EventId = 3041, Level = LogLevel.Debug, Message = "{Contacts} contacts swept in {ElapsedMs} ms.")]
    private static partial void LogContactsSwept(ILogger logger, int contacts, long elapsedMs);

    [LoggerMessage(EventId = 3042, Level = LogLevel.Error, Message = "A sweep into {Folder} failed and is tried again; once memory is full, nothing more is accepted: {Remedy}")]
    private static partial void LogFailed(ILogger logger, string folder, string remedy);

    [LoggerMessage(EventId = 3043, Level = LogLevel.Warning, Message = "The journal waits for its sweeps: more comes than the disk takes.")]
    private static partial void LogFull(ILogger logger);
}
