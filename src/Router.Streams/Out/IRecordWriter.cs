using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Writes records that must not be lost: copies of dead letters. Any thread.</summary>
internal interface IRecordWriter
{
    /// <summary>A batch for it.</summary>
    WriteBatch Begin(ProducerTally tally);

    /// <summary>Writes a record of <paramref name="batch"/>. Waits while the client's queue is full, or there is no client.</summary>
    ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, WriteBatch batch, CancellationToken cancellationToken);
}
