using Confluent.Kafka;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>The partition that records come from, and what its topic's name says of them.</summary>
internal sealed class RecordSource(TopicPartition at)
{
    public TopicPartition At => at;

    public TopicKind Kind { get; } = TopicNames.Read(at.Topic).Kind;

    /// <summary>The tenant that the topic's name fixes; null: none.</summary>
    public string? Tenant { get; } = TopicNames.Read(at.Topic).Tenant;
}
