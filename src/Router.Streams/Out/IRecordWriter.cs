using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Writes records that must not be lost: events, copies of dead letters. Any thread.</summary>
internal interface IRecordWriter
{
    /// <summary>
    /// Writes a record; <paramref name="acknowledged"/> is called once with whether the brokers have it. Waits while the client's queue is full.
    /// </summary>
    ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged, CancellationToken cancellationToken);
}
