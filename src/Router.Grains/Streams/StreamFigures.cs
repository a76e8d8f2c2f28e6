namespace Router.Grains.Streams;

/// <summary>What a silo's channel streams tell people of themselves; totals since it started.</summary>
[GenerateSerializer, Immutable]
public sealed record StreamFigures
{
    /// <summary>Records read and settled.</summary>
    [Id(0)]
    public required long Records { get; init; }

    /// <summary>Slices that shards have settled.</summary>
    [Id(1)]
    public required long Slices { get; init; }

    /// <summary>Records that were kept before.</summary>
    [Id(2)]
    public required long Repeats { get; init; }

    /// <summary>Records kept as dead letters.</summary>
    [Id(3)]
    public required long DeadLetters { get; init; }

    /// <summary>Records that lie in the topics and are not settled; null: not known now.</summary>
    [Id(4)]
    public required long? Lag { get; init; }

    /// <summary>Records read and not settled.</summary>
    [Id(5)]
    public required long InFlight { get; init; }

    /// <summary>Partitions paused because too much of their way is not settled.</summary>
    [Id(6)]
    public required int PausedBusy { get; init; }

    /// <summary>Partitions paused because their tenant is at its bound.</summary>
    [Id(7)]
    public required int PausedFull { get; init; }

    /// <summary>Records that the brokers have acknowledged.</summary>
    [Id(8)]
    public required long Produced { get; init; }

    /// <summary>Records handed to the client and not acknowledged.</summary>
    [Id(9)]
    public required long Queued { get; init; }

    /// <summary>Tenants' own topics of events that wait for a mend, or catch up.</summary>
    [Id(10)]
    public required int TopicsBehind { get; init; }

    /// <summary>What is wrong with the brokers; null: nothing.</summary>
    [Id(11)]
    public string? Trouble { get; init; }
}
