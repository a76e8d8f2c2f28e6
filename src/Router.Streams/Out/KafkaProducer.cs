using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>This silo's producer: idempotent, <c>acks=all</c>, compressed; one for all topics. Any thread.</summary>
internal sealed partial class KafkaProducer : IDisposable
{
    // lz4 beside zstd on events of 350 B: docs/KAFKA.md has the figures.
    private const CompressionType Compression = CompressionType.Lz4;

    // How long records gather into a batch; under load batches are full before that.
    private const double LingerMs = 3;

    private readonly Lazy<IProducer<byte[], byte[]>> producer;
    private readonly KafkaHealth health;
    private readonly TimeProvider time;
    private readonly ILogger<KafkaProducer> log;

    public KafkaProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<KafkaProducer> log)
    {
        this.health = health;
        this.time = time;
        this.log = log;
        producer = new Lazy<IProducer<byte[], byte[]>>(() => new ProducerBuilder<byte[], byte[]>(new ProducerConfig(new Dictionary<string, string>(options.Client))
        {
            BootstrapServers = options.BootstrapServers,
            EnableIdempotence = true,
            Acks = Acks.All,
            CompressionType = Compression,
            LingerMs = LingerMs,
            MessageTimeoutMs = 0, // never given up: who writes waits, and is told on /readyz
            QueueBufferingMaxMessages = 200_000,
            EnableDeliveryReports = true,
            DeliveryReportFields = "status",
        }).SetErrorHandler((_, error) => OnError(error)).SetLogHandler(static (_, _) => { }).Build());
    }

    /// <summary>
    /// Writes a record; <paramref name="acknowledged"/> is called once with whether the brokers have it. Waits while the client's queue is full.
    /// </summary>
    public async ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged, CancellationToken cancellationToken)
    {
        while (!TryWrite(topic, message, acknowledged))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), time, cancellationToken).ConfigureAwait(true);
        }
    }

    /// <summary>Writes a record; false: the client's queue is full.</summary>
    public bool TryWrite(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged)
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
    public void Dispose()
    {
        if (producer.IsValueCreated)
        {
            producer.Value.Flush(TimeSpan.FromSeconds(5));
            producer.Value.Dispose();
        }
    }

    private void OnError(Error error)
    {
        if (error.IsFatal || error.Code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown)
        {
            health.Down(error.Code.ToString());
        }

        if (error.IsFatal)
        {
            LogFatal(error.Code.ToString());
        }
    }

    [LoggerMessage(1, LogLevel.Error, "writing to Kafka has come to an end ({Code}): restart Router")]
    private partial void LogFatal(string code);
}
