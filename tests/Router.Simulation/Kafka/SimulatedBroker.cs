using Confluent.Kafka;

namespace Router.Simulation.Kafka;

/// <summary>Topics with their partitions, what lies in them, and up to where the group has committed. Outlives the silos.</summary>
internal sealed class SimulatedBroker
{
    private readonly Dictionary<TopicPartition, List<StreamRecord>> partitions = [];
    private readonly Dictionary<TopicPartition, long> committed = [];

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

    public void Commit(TopicPartition at, long offset) => committed[at] = offset;

    public override string ToString() => string.Join(' ', partitions.Select(p => $"{p.Key.Topic}/{p.Key.Partition.Value}: {CommittedOf(p.Key)} of {p.Value.Count}"));
}
