using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>
/// The producer of messages to gateways: apart from that of events, because a message must not wait for brokers that are away. What they do not take in time was not sent, or nobody knows.
/// </summary>
internal sealed class DepartureProducer(KafkaOptions options, KafkaHealth health, KafkaMeter meter) : IDisposable
{
    // Longer than an election of a partition's leader takes on healthy brokers (3 s), so that one alone makes no message doubtful.
    private const int TimeoutMs = 5_000;

    private readonly Lazy<IProducer<byte[], byte[]>> producer = Producers.Make(options, health, static config =>
    {
        config.LingerMs = 2;
        config.MessageTimeoutMs = TimeoutMs;
        config.QueueBufferingMaxMessages = 100_000;
    });

    /// <summary>Told by whoever writes.</summary>
    public ProducerTally Tally => meter.Departures;

    /// <summary>Writes a record; not <see cref="Confluent.Kafka.ErrorCode.NoError"/>: it was not taken, and nobody is told of it.</summary>
    public Confluent.Kafka.ErrorCode Write(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told)
    {
        try
        {
            producer.Value.Produce(topic, message, told);
            return Confluent.Kafka.ErrorCode.NoError;
        }
        catch (ProduceException<byte[], byte[]> fault)
        {
            return fault.Error.Code; // the queue is full, the topic is not there, the client has ended …
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Producers.End(producer, TimeSpan.FromMilliseconds(TimeoutMs));
}
