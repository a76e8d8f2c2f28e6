using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>The producer of copies of dead letters: idempotent, <c>acks=all</c>, compressed. Any thread.</summary>
internal sealed partial class KafkaProducer : IDisposable
{
    private readonly Lazy<IProducer<byte[], byte[]>> producer;
    private readonly TimeProvider time;
    private readonly ILogger<KafkaProducer> log;

    public KafkaProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<KafkaProducer> log)
    {
        this.time = time;
        this.log = log;
        producer = Producers.Make(Producers.Patient(options), health, LogFatal);
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
