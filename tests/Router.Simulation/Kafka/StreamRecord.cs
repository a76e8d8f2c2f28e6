using Confluent.Kafka;
using Router.Simulation.Model;

namespace Router.Simulation.Kafka;

/// <summary>A record as its producer wrote it, and what must become of it.</summary>
internal sealed class StreamRecord(byte[] value)
{
    public byte[] Value { get; } = value;

    public Headers Headers { get; init; } = [];

    public long AtMs { get; init; }

    /// <summary>The message in it; null: none, or none that can be read.</summary>
    public Wish? Wish { get; init; }

    /// <summary>Records of one tenant with the same one are one message, or one and dead letters; null: it has none.</summary>
    public string? Key { get; init; }

    /// <summary>A record of a gateway's: told once its offset is committed.</summary>
    public Action? Told { get; init; }

    /// <summary>Its place: topic, partition, offset.</summary>
    public string Place { get; set; } = "";

    /// <summary>Whether whoever wrote it is told already.</summary>
    public bool IsTold { get; set; }
}
