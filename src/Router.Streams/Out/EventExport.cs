using Router.Engine.Journal;

namespace Router.Streams.Out;

/// <summary>
/// A cursor over the log: read, written, acknowledged by the brokers, then kept, once a second. A crash in between writes the last second again, under the same ids. One call at a time.
/// </summary>
internal sealed class EventExport
{
    // Events read at a time, and batches under way at the brokers: 16 Ki events hide a round trip at any rate that a journal has.
    private const int BatchMax = 2_048;
    private const int UnderWayMax = 8;

    private readonly IEventLog log;
    private readonly EventWriter writer;
    private readonly TimeProvider time;
    private readonly Func<LogPosition, Task> keep;
    private readonly Queue<(LogPosition End, Task<bool> Written)> underWay = [];
    private readonly StructList<LogEvent> batch = new(BatchMax);
    private LogPosition acknowledged;
    private LogPosition kept;
    private long keptAt;

    /// <param name="log">The log.</param>
    /// <param name="writer">Writes its events.</param>
    /// <param name="time">For how often the place is kept.</param>
    /// <param name="from">Where it was when it was kept last.</param>
    /// <param name="keep">Keeps the place.</param>
    public EventExport(IEventLog log, EventWriter writer, TimeProvider time, LogPosition from, Func<LogPosition, Task> keep)
    {
        this.log = log;
        this.writer = writer;
        this.time = time;
        this.keep = keep;
        kept = acknowledged = Read = from;
    }

    /// <summary>How often the place is kept.</summary>
    public static TimeSpan KeepInterval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Up to where it was read.</summary>
    public LogPosition Read { get; private set; }

    /// <summary>Whether the place has moved since it was kept.</summary>
    public bool IsAhead => kept != acknowledged;

    /// <summary>Writes what comes next, and sees what the brokers took; false: there is nothing to do before something comes.</summary>
    /// <exception cref="InvalidOperationException">The brokers did not take all: <see cref="GoBack"/>, and try again later.</exception>
    public async Task<bool> GoOnAsync(CancellationToken cancellationToken)
    {
        batch.Clear();
        LogPosition looked = log.Read(0, Read, batch, BatchMax);
        if (batch.Count > 0)
        {
            underWay.Enqueue((looked, await writer.WriteAsync(batch, cancellationToken)));
            Read = looked;
        }

        while (underWay.TryPeek(out (LogPosition End, Task<bool> Written) first) && (first.Written.IsCompleted || underWay.Count > UnderWayMax || batch.Count == 0))
        {
            if (!await first.Written.WaitAsync(cancellationToken))
            {
                throw new InvalidOperationException("the brokers did not take all of a batch");
            }

            acknowledged = first.End;
            underWay.Dequeue();
        }

        if (underWay.Count == 0 && looked > Read)
        {
            acknowledged = Read = looked; // entries that are no events
        }

        if (time.GetElapsedTime(keptAt) >= KeepInterval)
        {
            await KeepAsync();
        }

        return batch.Count > 0 || looked > Read;
    }

    /// <summary>Writes again what is not known to be there.</summary>
    public void GoBack()
    {
        underWay.Clear();
        Read = acknowledged;
    }

    /// <summary>Keeps the place, if it has moved.</summary>
    public async Task KeepAsync()
    {
        keptAt = time.GetTimestamp();
        if (kept == acknowledged)
        {
            return;
        }

        LogPosition now = acknowledged;
        await keep(now);
        kept = now;
    }
}
