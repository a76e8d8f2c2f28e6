using Confluent.Kafka;
using Router.Testing;

namespace Router.Simulation.Kafka;

/// <summary>A silo's client: reads what it is assigned from where it stands, in an order over partitions that the seed decides, and commits what was stored when the seed says.</summary>
internal sealed class SimulatedConsumer(Streams streams, IDeserializer<int> values)
{
    private readonly Dictionary<TopicPartition, long> positions = [];
    private readonly HashSet<TopicPartition> paused = [];
    private readonly Dictionary<TopicPartition, long> stored = [];
    private IConsumer<Ignore, int>? client;

    public IConsumer<Ignore, int> Client => client ??= Proxy<IConsumer<Ignore, int>>.Of(Answer);

    /// <summary>Set when a record is given.</summary>
    public bool HasRead { get; set; }

    /// <summary>Commits what was stored, as the client does once a second.</summary>
    public bool CommitStored()
    {
        bool any = stored.Count > 0;
        foreach ((TopicPartition at, long offset) in stored)
        {
            streams.Commit(at, offset);
        }

        stored.Clear();
        return any;
    }

    private object? Answer(string member, object?[] given)
    {
        switch (member)
        {
            case "Consume":
                return Consume();
            case "IncrementalAssign":
                foreach (TopicPartitionOffset at in (IEnumerable<TopicPartitionOffset>)given[0]!)
                {
                    positions.Add(at.TopicPartition, streams.Broker.CommittedOf(at.TopicPartition));
                }

                return null;
            case "IncrementalUnassign":
                foreach (TopicPartition at in (IEnumerable<TopicPartition>)given[0]!)
                {
                    positions.Remove(at);
                    stored.Remove(at);
                    paused.Remove(at);
                }

                return null;
            case "Pause":
                paused.UnionWith((IEnumerable<TopicPartition>)given[0]!);
                return null;
            case "Resume":
                paused.ExceptWith((IEnumerable<TopicPartition>)given[0]!);
                return null;
            case "Seek":
                var to = (TopicPartitionOffset)given[0]!;
                positions[to.TopicPartition] = to.Offset.Value;
                return null;
            case "StoreOffset":
                var one = (TopicPartitionOffset)given[0]!;
                stored[one.TopicPartition] = one.Offset.Value;
                return null;
            case "Commit":
                foreach (TopicPartitionOffset at in (IEnumerable<TopicPartitionOffset>)given[0]!)
                {
                    streams.Commit(at.TopicPartition, at.Offset.Value);
                }

                return null;
            case "Committed":
                return ((IEnumerable<TopicPartition>)given[0]!).Select(at => new TopicPartitionOffset(at, streams.Broker.CommittedOf(at))).ToList();
            case "Close":
                CommitStored();
                return null;
            default:
                return Proxy<IConsumer<Ignore, int>>.Unknown(member);
        }
    }

    private ConsumeResult<Ignore, int>? Consume()
    {
        if (positions.Count == 0 || streams.Run.Chance(0.25))
        {
            return null;
        }

        TopicPartition at = positions.Keys.ElementAt(streams.Run.Random.Next(positions.Count));
        long position = positions[at];
        List<StreamRecord> records = streams.Broker.Partitions[at];
        if (paused.Contains(at) || position >= records.Count)
        {
            return null;
        }

        positions[at] = position + 1;
        StreamRecord record = records[(int)position];
        HasRead = true;
        streams.Read(record);
        return new ConsumeResult<Ignore, int>
        {
            TopicPartitionOffset = new TopicPartitionOffset(at, position),
            Message = new Message<Ignore, int> { Headers = record.Headers, Timestamp = new Timestamp(record.AtMs, TimestampType.CreateTime), Value = values.Deserialize(record.Value, false, default) },
        };
    }
}
