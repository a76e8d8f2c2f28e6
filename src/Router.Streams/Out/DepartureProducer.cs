using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>
/// The producer of messages to gateways: apart from that of events, because a message must not wait for brokers that are away. What they do not take in time was not sent, or nobody knows.
/// </summary>
internal sealed class DepartureProducer(KafkaOptions options, KafkaHealth health, KafkaMeter meter, TimeProvider time, ILogger<DepartureProducer> log) : IDepartureProducer, IDisposable
{
    // Longer than an election of a partition's leader takes on healthy brokers (3 s), so that one alone makes no message doubtful.
    private const int TimeoutMs = 5_000;

    private readonly LastingProducer producer = new(options, health, time, log, TimeSpan.FromMilliseconds(2 * TimeoutMs), static config =>
    {
        config.LingerMs = 2;
        config.MessageTimeoutMs = TimeoutMs;
        config.QueueBufferingMaxMessages = 100_000;
    });

    /// <inheritdoc/>
    public Confluent.Kafka.ErrorCode Write(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told)
    {
        meter.Departures.Began();
        Confluent.Kafka.ErrorCode refused = producer.Write(topic, message, told);
        if (refused != Confluent.Kafka.ErrorCode.NoError)
        {
            meter.Departures.Lost(1);
        }

        return refused; // the queue is full, the topic is not there, the client has ended …
    }

    /// <inheritdoc/>
    public void Told(bool isTaken)
    {
        meter.Departures.Ended(isTaken);
        if (isTaken)
        {
            producer.Works();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();
}
