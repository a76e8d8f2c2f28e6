using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Writes messages to gateways. Any thread.</summary>
internal interface IDepartureProducer
{
    /// <summary>Writes a record; not <see cref="Confluent.Kafka.ErrorCode.NoError"/>: it was not taken, and nobody is told of it.</summary>
    Confluent.Kafka.ErrorCode Write(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told);

    /// <summary>To be called with each record that was told of.</summary>
    void Told(bool isTaken);
}
