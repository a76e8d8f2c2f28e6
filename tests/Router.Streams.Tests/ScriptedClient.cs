using Confluent.Kafka;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>A consumer that gives what it is told to, and keeps what it is asked for. One thread.</summary>
internal sealed class ScriptedClient
{
    private readonly Queue<(TopicPartitionOffset At, byte[] Value, Headers Headers)> records = [];
    private readonly IDeserializer<int> values;

    public ScriptedClient(IDeserializer<int> values)
    {
        this.values = values;
        Consumer = Proxy<IConsumer<Ignore, int>>.Of(Answer);
    }

    public IConsumer<Ignore, int> Consumer { get; }

    public HashSet<string> Assigned { get; } = [];

    /// <summary>What it would commit by itself.</summary>
    public List<TopicPartitionOffset> Stored { get; } = [];

    /// <summary>What it was asked to commit.</summary>
    public List<TopicPartitionOffset> Commits { get; } = [];

    /// <summary>What the group has.</summary>
    public Dictionary<TopicPartition, long> Group { get; } = [];

    /// <summary>How often it was asked what the group has.</summary>
    public int Asked { get; private set; }

    /// <summary>Whether the group's coordinator is away.</summary>
    public bool IsAlone { get; set; }

    public void Give(string topic, long offset, byte[] value, Headers? headers = null) => records.Enqueue((new TopicPartitionOffset(topic, 0, offset), value, headers ?? []));

    private object? Answer(string member, object?[] given)
    {
        switch (member)
        {
            case "Consume":
                return records.TryDequeue(out var record)
                    ? new ConsumeResult<Ignore, int> { TopicPartitionOffset = record.At, Message = new Message<Ignore, int> { Headers = record.Headers, Value = values.Deserialize(record.Value, false, default) } }
                    : null;
            case "IncrementalAssign":
                Assigned.UnionWith(((IEnumerable<TopicPartitionOffset>)given[0]!).Select(static a => a.Topic));
                return null;
            case "Resume":
                return null;
            case "StoreOffset":
                Stored.Add((TopicPartitionOffset)given[0]!);
                return null;
            case "Commit":
                Commits.AddRange((IEnumerable<TopicPartitionOffset>)given[0]!);
                return null;
            case "Committed":
                Asked++;
                return IsAlone ? throw new KafkaException(Confluent.Kafka.ErrorCode.NotCoordinatorForGroup) : ((IEnumerable<TopicPartition>)given[0]!).Select(at => new TopicPartitionOffset(at, Group.TryGetValue(at, out long offset) ? offset : Offset.Unset)).ToList();
            default:
                return Proxy<IConsumer<Ignore, int>>.Unknown(member);
        }
    }
}
