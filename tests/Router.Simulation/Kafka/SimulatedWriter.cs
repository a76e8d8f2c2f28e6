using Confluent.Kafka;
using Router.Streams.Out;

namespace Router.Simulation.Kafka;

/// <summary>
/// A silo's producer: what it is given waits, is taken by the brokers in its order, and told. It fails as an idempotent one does: nobody knows of all that waits how much the brokers took, and nothing more
/// is taken until whoever writes has gone back to what failed.
/// </summary>
internal sealed class SimulatedWriter(Streams streams) : IRecordWriter
{
    private readonly Queue<(string Topic, Message<byte[], byte[]> Message, Action<DeliveryReport<byte[], byte[]>> Acknowledged)> waiting = [];

    private bool failing;

    public int Waiting => waiting.Count;

    public ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged, CancellationToken cancellationToken)
    {
        waiting.Enqueue((topic, message, acknowledged));
        return default;
    }

    /// <summary>The brokers take some; false: nothing waits.</summary>
    public bool Step()
    {
        if (waiting.Count == 0)
        {
            return false;
        }

        if (failing || (streams.Run.HasFaults && streams.Run.Chance(0.03)))
        {
            streams.Run.Coverage.Count("fault: a producer failed");
            Fail(tells: true);
            failing = true;
            return true;
        }

        for (int i = 1 + streams.Run.Random.Next(8); i > 0 && waiting.Count > 0; i--)
        {
            (string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> acknowledged) = waiting.Dequeue();
            streams.Wrote(topic, message);
            acknowledged(new DeliveryReport<byte[], byte[]> { Status = PersistenceStatus.Persisted });
        }

        return true;
    }

    /// <summary>It works again; what was given to it since it failed came to nothing.</summary>
    public void Recover()
    {
        if (failing)
        {
            Fail(tells: true);
            failing = false;
        }
    }

    /// <summary>Its silo is gone.</summary>
    public void Die() => Fail(tells: false);

    private void Fail(bool tells)
    {
        int taken = failing ? 0 : streams.Run.Random.Next(waiting.Count + 1);
        (string Topic, Message<byte[], byte[]> Message, Action<DeliveryReport<byte[], byte[]>> Acknowledged)[] all = [.. waiting];
        waiting.Clear();
        for (int i = 0; i < all.Length; i++)
        {
            if (i < taken)
            {
                streams.Run.Coverage.Count("fault: a record was written and not told");
                streams.Wrote(all[i].Topic, all[i].Message);
            }

            if (tells)
            {
                all[i].Acknowledged(new DeliveryReport<byte[], byte[]> { Status = i < taken ? PersistenceStatus.PossiblyPersisted : PersistenceStatus.NotPersisted });
            }
        }
    }
}
