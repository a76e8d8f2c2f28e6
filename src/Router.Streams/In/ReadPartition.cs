using Confluent.Kafka;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>A partition that this silo reads. The reader's thread; <see cref="Prefix"/> any.</summary>
internal sealed class ReadPartition(TopicPartition at, SliceQueue queue)
{
    public TopicPartition At => at;

    public SliceQueue Queue => queue;

    public TopicKind Kind { get; } = TopicNames.Read(at.Topic).Kind;

    /// <summary>The tenant that the topic's name fixes; null: none.</summary>
    public string? Tenant { get; } = TopicNames.Read(at.Topic).Tenant;

    public OffsetPrefix Prefix { get; } = new();

    /// <summary>Paused because its way has too much under way.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Paused because its tenant has as many messages waiting as it may.</summary>
    public bool IsFull { get; set; }

    public bool IsPaused { get; set; }
}
