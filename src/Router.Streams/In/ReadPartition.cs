using Confluent.Kafka;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>A partition that this silo reads. The reader's thread; <see cref="Prefix"/> any.</summary>
internal sealed class ReadPartition(TopicPartition at, SliceQueue queue)
{
    public TopicPartition At => at;

    public SliceQueue Queue => queue;

    public RecordSource Source { get; } = new(at);

    public TopicKind Kind => Source.Kind;

    public OffsetPrefix Prefix { get; } = new();

    /// <summary>Paused because its way has too much under way.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Paused because its tenant has as many messages waiting as it may.</summary>
    public bool IsFull { get; set; }

    public bool IsPaused { get; set; }

    /// <summary>What was given to the client last, to be committed.</summary>
    public long Stored { get; set; }

    /// <summary>How often it was seen that something lies there and nothing was ever read. <see cref="LagLook"/>'s.</summary>
    public int LooksInVain { get; set; }
}
