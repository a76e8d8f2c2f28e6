using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>This silo's producer: idempotent, <c>acks=all</c>, compressed; one for all topics. Any thread.</summary>
internal sealed partial class KafkaProducer : IRecordWriter, IDisposable
{
    private readonly Lazy<IProducer<byte[], byte[]>> producer;
    private readonly TimeProvider time;
    private readonly ILogger<KafkaProducer> log;

    public KafkaProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<KafkaProducer> log)
    {
        this.time = time;
        this.log = log;
        producer = Producers.Make(options, health, static config =>
        {
            config.CompressionType = CompressionType.Lz4; // zstd was not measured beside it
            config.LingerMs = 3; // under load batches are full before that
            config.MessageTimeoutMs = 0; // never given up: who writes waits, and is told on /readyz
            config.QueueBufferingMaxMessages = 200_000;
        }, LogFatal);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged, CancellationToken cancellationToken)
    {
        while (!TryWrite(topic, message, acknowledged))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), time, cancellationToken).ConfigureAwait(true);
        }
    }

    private bool TryWrite(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged)
    {
        try
        {
            producer.Value.Produce(topic, message, acknowledged);
            return true;
        }
        catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == Confluent.Kafka.ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Producers.End(producer, TimeSpan.FromSeconds(5));

    [LoggerMessage(1, LogLevel.Error, "writing to Kafka has come to an end ({Code}): restart Router")]
    private partial void LogFatal(string code);
}
