using Confluent.Kafka;
using Router.Engine.Journal;

namespace Router.Streams.Out;

/// <summary>
/// A cursor over the log: read, written, acknowledged by the brokers, then kept, once a second. A crash in between writes the last second again, under the same ids. Tenants' own topics are given the
/// same, or, where they do not take it, read for themselves (<see cref="OwnTopics"/>). One call at a time.
/// </summary>
internal sealed class EventExport
{
    // Events read at a time, and batches under way at the brokers: 16 Ki events hide a round trip at any rate that a journal has.
    private const int BatchMax = 2_048;
    private const int UnderWayMax = 8;

    private readonly IEventLog log;
    private readonly EventWriter writer;
    private readonly OwnTopics? topics;
    private readonly TimeProvider time;
    private readonly Func<LogPosition, List<ExportPlace>, Task> keep;
    private readonly Queue<(LogPosition End, Task<Confluent.Kafka.ErrorCode> Written)> underWay = [];
    private readonly StructList<LogEvent> batch = new(BatchMax);
    private LogPosition acknowledged;
    private LogPosition kept;
    private bool areTopicsKept;
    private long keptAt;

    /// <param name="log">The log.</param>
    /// <param name="writer">Writes its events.</param>
    /// <param name="topics">Tenants' own topics; null: there are none.</param>
    /// <param name="time">For how often the place is kept.</param>
    /// <param name="from">Where it was when it was kept last.</param>
    /// <param name="keep">Keeps the place, and those of topics that are behind it.</param>
    public EventExport(IEventLog log, EventWriter writer, OwnTopics? topics, TimeProvider time, LogPosition from, Func<LogPosition, List<ExportPlace>, Task> keep)
    {
        this.log = log;
        this.writer = writer;
        this.topics = topics;
        this.time = time;
        this.keep = keep;
        kept = acknowledged = Read = from;
        writer.BeginAnew();
    }

    /// <summary>How often the place is kept.</summary>
    public static TimeSpan KeepInterval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Up to where it was read.</summary>
    public LogPosition Read { get; private set; }

    /// <summary>Whether there is something to keep, or to hear from the brokers, though nothing comes.</summary>
    public bool IsAhead => kept != acknowledged || topics?.IsWaiting == true || !areTopicsKept;

    /// <summary>Writes what comes next, and sees what the brokers took; false: there is nothing to do before something comes.</summary>
    /// <param name="goesOn">Called when the brokers took a batch.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="KafkaException">The brokers did not take all: <see cref="GoBack"/>, and try again later.</exception>
    public async Task<bool> GoOnAsync(Action goesOn, CancellationToken cancellationToken)
    {
        batch.Clear();
        LogPosition looked = log.Read(0, Read, batch, BatchMax);
        if (batch.Count > 0)
        {
            underWay.Enqueue((looked, await writer.WriteAsync(batch, Read, topics, cancellationToken)));
            Read = looked;
        }

        while (underWay.TryPeek(out (LogPosition End, Task<Confluent.Kafka.ErrorCode> Written) first) && (first.Written.IsCompleted || underWay.Count > UnderWayMax || batch.Count == 0))
        {
            Confluent.Kafka.ErrorCode code = await first.Written.WaitAsync(cancellationToken);
            if (code != Confluent.Kafka.ErrorCode.NoError)
            {
                throw new KafkaException(code);
            }

            acknowledged = first.End;
            underWay.Dequeue();
            goesOn();
        }

        if (underWay.Count == 0 && looked > Read)
        {
            acknowledged = Read = looked; // entries that are no events
        }

        topics?.Settle();
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
        writer.BeginAnew();
    }

    /// <summary>Keeps the place, if it has moved.</summary>
    public async Task KeepAsync()
    {
        keptAt = time.GetTimestamp();
        LogPosition now = acknowledged;
        List<ExportPlace> behind = topics?.Places(now) ?? [];
        if (kept == now && areTopicsKept && behind.Count == 0)
        {
            return;
        }

        await keep(now, behind);
        kept = now;
        areTopicsKept = behind.Count == 0; // the others move on without the log
    }
}
