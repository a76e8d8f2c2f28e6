using System.Diagnostics.Metrics;

namespace Router.Streams;

/// <summary>What is counted of Kafka, on the meter <c>Router.Streams</c>. Any thread.</summary>
internal sealed class KafkaMeter : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> records;
    private readonly Counter<long> slices;
    private readonly Counter<long> pauses;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> produced;

    public KafkaMeter(IMeterFactory factory)
    {
        meter = factory.Create("Router.Streams");
        records = meter.CreateCounter<long>("router.kafka.records", description: "Records read and settled, by way in.");
        slices = meter.CreateCounter<long>("router.kafka.slices", description: "Slices delivered to shards.");
        pauses = meter.CreateCounter<long>("router.kafka.pauses", description: "Partitions paused: too much under way, or a tenant at its bound of waiting messages.");
        deadLetters = meter.CreateCounter<long>("router.kafka.deadletters", description: "Records kept as dead letters, by reason.");
        produced = meter.CreateCounter<long>("router.kafka.produced", description: "Records acknowledged by the brokers, by kind.");
    }

    public void Sliced(int count)
    {
        slices.Add(1);
        records.Add(count, new KeyValuePair<string, object?>("kind", "outbound"));
    }

    public void Told() => records.Add(1, new KeyValuePair<string, object?>("kind", "gateway"));

    public void Paused() => pauses.Add(1);

    public void Buried(string reason) => deadLetters.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Produced(string kind, int count) => produced.Add(count, new KeyValuePair<string, object?>("kind", kind));

    public void Dispose() => meter.Dispose();
}
