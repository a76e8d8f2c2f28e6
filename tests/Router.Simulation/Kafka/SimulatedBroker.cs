using Confluent.Kafka;

namespace Router.Simulation.Kafka;

/// <summary>Topics with their partitions, what lies in them, and up to where the group has committed. Outlives the silos.</summary>
internal sealed class SimulatedBroker
{
    private readonly Dictionary<TopicPartition, List<StreamRecord>> partitions = [];
    private readonly Dictionary<TopicPartition, long> committed = [];
    private readonly Dictionary<TopicPartition, long> furthest = [];

    public IReadOnlyDictionary<TopicPartition, List<StreamRecord>> Partitions => partitions;

    public void Make(string topic, int count)
    {
        for (int i = 0; i < count; i++)
        {
            partitions.Add(new TopicPartition(topic, i), []);
        }
    }

    public void Append(TopicPartition at, StreamRecord record)
    {
        record.Place = $"{at.Topic}/{at.Partition.Value}/{partitions[at].Count}";
        partitions[at].Add(record);
    }

    public long CommittedOf(TopicPartition at) => committed.GetValueOrDefault(at);

    /// <summary>The furthest that was ever committed: one who was thought dead may commit what it knows after that, and nobody commits again before something comes.</summary>
    public long FurthestOf(TopicPartition at) => furthest.GetValueOrDefault(at);

    public void Commit(TopicPartition at, long offset)
    {
        committed[at] = offset;
        furthest[at] = Math.Max(FurthestOf(at), offset);
    }

    public override string ToString() => string.Join(' ', partitions.Select(p => $"{p.Key.Topic}/{p.Key.Partition.Value}: {CommittedOf(p.Key)} of {p.Value.Count}"));
}
