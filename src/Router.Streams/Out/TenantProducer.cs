using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>
/// This silo's producer of tenants' own topics of events, apart from that of all events: one topic that takes nothing must not fill the queue of the others for longer than it takes to give up.
/// </summary>
internal sealed class TenantProducer : ITenantProducer, IDisposable
{
    private const int QueueMax = 100_000;
    private const int TimeoutMs = 30_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly LastingProducer producer;
    private readonly KafkaMeter meter;

    public TenantProducer(KafkaOptions options, KafkaHealth health, KafkaMeter meter, TimeProvider time, ILogger<TenantProducer> log)
    {
        this.meter = meter;
        producer = new LastingProducer(options, health, time, log, Patience, static config =>
        {
            config.LingerMs = 3;
            config.MessageTimeoutMs = TimeoutMs;
            config.QueueBufferingMaxMessages = QueueMax;
        });
    }

    /// <inheritdoc/>
    public WriteBatch Begin(WriteBatch? after) => new(meter.TenantEvents, producer.Works, after: after);

    /// <inheritdoc/>
    public bool Write(string topic, Message<byte[], byte[]> message, WriteBatch batch)
    {
        batch.Add();
        Confluent.Kafka.ErrorCode refused = producer.Write(topic, message, batch);
        if (refused != Confluent.Kafka.ErrorCode.NoError)
        {
            batch.Refused(refused);
        }

        return refused == Confluent.Kafka.ErrorCode.NoError;
    }

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();
}
