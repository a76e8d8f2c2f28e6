using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Router.Grains.Streams;
using Router.Streams.In;
using Router.Streams.Out;

namespace Router.Streams;

/// <summary>What is counted of Kafka: the meter <c>Router.Streams</c>, and the same for the dashboard. Read when somebody looks. Any thread.</summary>
internal sealed class KafkaMeter : IDisposable, IStreamFigures
{
    private readonly Meter meter;
    private readonly KafkaHealth health;
    private readonly ConcurrentDictionary<string, long> deadLetters = new();
    private readonly long[] records = new long[2]; // by kind: outbound, gateway
    private readonly long[] pauses = new long[Enum.GetValues<PauseReason>().Length];
    private long slices;
    private long repeats;
    private IReadOnlyList<ReadPartition> reading = [];
    private long[]? lag;
    private int behind;

    public KafkaMeter(IMeterFactory factory, KafkaHealth health)
    {
        this.health = health;
        meter = factory.Create("Router.Streams");
        meter.CreateObservableCounter("router.kafka.records", () => ByKind(records), "{record}", "records read and settled, by way in");
        meter.CreateObservableCounter("router.kafka.slices", () => Volatile.Read(ref slices), "{slice}", "slices that shards have settled");
        meter.CreateObservableCounter("router.kafka.repeats", () => Volatile.Read(ref repeats), "{record}", "records that were kept before: written or read again, they are no second message");
        meter.CreateObservableCounter("router.kafka.pauses", () => pauses.Select(static (count, why) => new Measurement<long>(count, Tag("reason", WordOf((PauseReason)why)))), "{pause}", "times that a partition was paused: too much of its way unsettled, or its tenant at its bound");
        meter.CreateObservableUpDownCounter("router.kafka.paused", () => Enum.GetValues<PauseReason>().Select(why => new Measurement<long>(Paused(why), Tag("reason", WordOf(why)))), "{partition}", "partitions paused now");
        meter.CreateObservableUpDownCounter("router.kafka.in_flight", () => InFlight, "{record}", "records read and not settled; large ones count more");
        meter.CreateObservableGauge("router.kafka.lag", () => Volatile.Read(ref lag) is { } now ? ByKind(now) : [], "{record}", "records that lie in the topics and are not settled");
        meter.CreateObservableCounter("router.kafka.deadletters", () => deadLetters.Select(static d => new Measurement<long>(d.Value, Tag("reason", d.Key))), "{record}", "records kept as dead letters, by reason");
        meter.CreateObservableCounter("router.kafka.produced", () => Tallies.Select(static t => new Measurement<long>(t.Taken, Tag("kind", t.Kind))), "{record}", "records acknowledged by the brokers, by kind");
        meter.CreateObservableUpDownCounter("router.kafka.producer.queue", () => Tallies.Select(static t => new Measurement<long>(t.Queued, Tag("kind", t.Kind))), "{record}", "records handed to the client and not acknowledged");
        meter.CreateObservableGauge("router.kafka.topics.behind", () => Volatile.Read(ref behind), "{topic}", "tenants' own topics of events that wait for a mend, or catch up");
    }

    /// <summary>Events on <c>router.events</c>.</summary>
    public ProducerTally Events { get; } = new("event");

    /// <summary>Events on tenants' own topics.</summary>
    public ProducerTally TenantEvents { get; } = new("tenant_event");

    /// <summary>Copies of dead letters.</summary>
    public ProducerTally Copies { get; } = new("deadletter");

    /// <summary>Messages to gateways.</summary>
    public ProducerTally Departures { get; } = new("outbound");

    /// <inheritdoc/>
    public StreamFigures Figures => new()
    {
        Records = records.Sum(),
        Slices = Volatile.Read(ref slices),
        Repeats = Volatile.Read(ref repeats),
        DeadLetters = deadLetters.Values.Sum(),
        Lag = Volatile.Read(ref lag)?.Sum(),
        InFlight = InFlight,
        PausedBusy = Paused(PauseReason.Busy),
        PausedFull = Paused(PauseReason.Full),
        Produced = Tallies.Sum(static t => t.Taken),
        Queued = Tallies.Sum(static t => t.Queued),
        TopicsBehind = Volatile.Read(ref behind),
        Trouble = health.Trouble,
    };

    private ProducerTally[] Tallies => [Events, TenantEvents, Copies, Departures];

    private long InFlight => Read.Select(static p => p.Queue).Distinct().Sum(static q => (long)q.InFlight);

    public void Repeated(int count) => Interlocked.Add(ref repeats, count);

    public void Sliced(int count)
    {
        Interlocked.Increment(ref slices);
        Interlocked.Add(ref records[0], count);
    }

    public void Told() => Interlocked.Increment(ref records[1]);

    public void Paused(ReadPartition partition) => Interlocked.Increment(ref pauses[(int)(partition.IsFull ? PauseReason.Full : PauseReason.Busy)]);

    public void Buried(string reason) => deadLetters.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    /// <summary>What is read now.</summary>
    public IReadOnlyList<ReadPartition> Read => Volatile.Read(ref reading);

    public void Reading(IReadOnlyList<ReadPartition> partitions) => Volatile.Write(ref reading, partitions);

    /// <summary>How much lies there of messages, and of what gateways tell; null: it is not known now.</summary>
    public void Lags(long[]? now) => Volatile.Write(ref lag, now);

    public void Behind(int topics) => Volatile.Write(ref behind, topics);

    public void Dispose() => meter.Dispose();

    private static string WordOf(PauseReason why) => why switch
    {
        PauseReason.Busy => "busy",
        PauseReason.Full => "tenant_full",
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, null),
    };

    private static Measurement<long>[] ByKind(long[] counts) => [new(Volatile.Read(ref counts[0]), Tag("kind", "outbound")), new(Volatile.Read(ref counts[1]), Tag("kind", "gateway"))];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private int Paused(PauseReason why) => Read.Count(p => why == PauseReason.Full ? p.IsFull : p.IsHeld && !p.IsFull);
}
