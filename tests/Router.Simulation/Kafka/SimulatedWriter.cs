using Confluent.Kafka;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Work;
using Router.Grains.Streams;
using Router.Streams.Out;
using Router.Streams.Topics;

namespace Router.Simulation.Kafka;

/// <summary>
/// A silo's producer: what it is given waits, is taken by the brokers in the order of its partition, which waits for no other, and told. Its client fails for good: nobody knows of all that waits how
/// much the brokers took, that is told later, and another client takes its place.
/// </summary>
internal sealed class SimulatedWriter(Streams streams, IWorkScheduler scheduler, TimeProvider time) : IRecordWriter, IEventProducer
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(2);
    private readonly Queue<(string Topic, Message<byte[], byte[]> Message, WriteBatch Batch)>[] waiting = [[], [], []]; // by partition
    private readonly Queue<Action> failed = [];
    private readonly EventMessages messages = new();
    private ProducerLife client = new();
    private int slow = -1; // the partition whose broker takes nothing now

    public int Waiting => waiting.Sum(static p => p.Count) + failed.Count;

    public WriteBatch Begin(ProducerTally tally) => Begin(tally, null);

    public WriteBatch Begin(ProducerTally tally, WriteBatch? after) => new(tally, null, scheduler, after);

    public ValueTask WriteAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, int index, WriteBatch batch, CancellationToken cancellationToken) =>
        WriteAsync(TopicNames.Events, messages.Make(tenant, events[index].Entry, bodies, index), batch, cancellationToken);

    // As EventProducer has it.
    public async ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, WriteBatch batch, CancellationToken cancellationToken)
    {
        batch.Add();
        bool joins;
        while (!(joins = batch.TryJoin(client)) && !batch.IsBegun && !batch.IsLost)
        {
            await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(true);
        }

        if (joins)
        {
            waiting[message.Key.Sum(static b => b) % waiting.Length].Enqueue((topic, message, batch)); // what has one key has one partition
        }
        else
        {
            batch.Refused(Confluent.Kafka.ErrorCode.Local_Fatal);
        }
    }

    /// <summary>The brokers take some, or it is told what a client that failed left; false: nothing waits.</summary>
    public bool Step()
    {
        if (failed.Count > 0 && streams.Run.Chance(0.5))
        {
            failed.Dequeue()();
            return true;
        }

        if (Waiting == failed.Count)
        {
            return failed.Count > 0;
        }

        if (streams.Run.HasFaults && streams.Run.Chance(0.03))
        {
            streams.Run.Coverage.Count("fault: a producer failed");
            Fail();
            return true;
        }

        if (!streams.Run.HasFaults || streams.Run.Chance(0.1))
        {
            slow = streams.Run.HasFaults ? streams.Run.Random.Next(waiting.Length) : -1;
        }

        int at = streams.Run.Random.Next(waiting.Length);
        for (int looked = 0; waiting[at].Count == 0 || at == slow; at = (at + 1) % waiting.Length)
        {
            if (looked++ == waiting.Length)
            {
                streams.Run.Coverage.Count("fault: a partition took nothing for a while");
                return true;
            }
        }

        for (int i = 1 + streams.Run.Random.Next(8); i > 0 && waiting[at].Count > 0; i--)
        {
            (string topic, Message<byte[], byte[]> message, WriteBatch batch) = waiting[at].Dequeue();
            streams.Wrote(topic, message);
            batch.Acknowledged(new DeliveryReport<byte[], byte[]> { Status = PersistenceStatus.Persisted });
        }

        return true;
    }

    /// <summary>Its silo is gone.</summary>
    public void Die() => Fail();

    private void Fail()
    {
        client = new ProducerLife();
        foreach (Queue<(string Topic, Message<byte[], byte[]> Message, WriteBatch Batch)> partition in waiting)
        {
            for (int taken = streams.Run.Random.Next(partition.Count + 1); partition.Count > 0; taken--)
            {
                (string topic, Message<byte[], byte[]> message, WriteBatch batch) = partition.Dequeue();
                if (taken > 0)
                {
                    streams.Run.Coverage.Count("fault: a record was written and not told");
                    streams.Wrote(topic, message);
                }

                PersistenceStatus status = taken > 0 ? PersistenceStatus.PossiblyPersisted : PersistenceStatus.NotPersisted;
                failed.Enqueue(() => batch.Acknowledged(new DeliveryReport<byte[], byte[]> { Error = new Error(Confluent.Kafka.ErrorCode.Local_Fatal), Status = status }));
            }
        }
    }
}
