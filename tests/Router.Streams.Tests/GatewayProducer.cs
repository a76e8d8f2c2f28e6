using Confluent.Kafka;
using Router.Streams.Out;

namespace Router.Streams.Tests;

/// <summary>A client to gateways whose brokers a test plays. One thread.</summary>
internal sealed class GatewayProducer : IDepartureProducer
{
    private readonly Queue<Action<DeliveryReport<byte[], byte[]>>> waiting = [];

    /// <summary>What it took.</summary>
    public List<byte[]> Records { get; } = [];

    /// <summary>The brokers say what became of all records that they have not told of.</summary>
    public void Tell(PersistenceStatus status)
    {
        while (waiting.TryDequeue(out Action<DeliveryReport<byte[], byte[]>>? told))
        {
            told(new DeliveryReport<byte[], byte[]> { Status = status });
        }
    }

    /// <inheritdoc/>
    public Confluent.Kafka.ErrorCode Write(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told)
    {
        Records.Add(message.Value);
        waiting.Enqueue(told);
        return Confluent.Kafka.ErrorCode.NoError;
    }

    /// <inheritdoc/>
    public void Told(bool isTaken)
    {
    }
}
