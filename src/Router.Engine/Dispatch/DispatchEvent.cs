namespace Router.Engine.Dispatch;

/// <summary>What the dispatcher is told.</summary>
internal enum DispatchEventKind : byte
{
    None,
    Offer,
    Answer,
    Settled,
    Forget,
    Attach,
    Detach,
    Health,
    Drain,
    Configure,
}

/// <summary>What the dispatcher is told; which fields count depends on the kind.</summary>
internal struct DispatchEvent
{
    public DispatchEventKind Kind;

    /// <summary>Segments of the next message.</summary>
    public byte NextSegments;

    /// <summary>The shard; for <see cref="DispatchEventKind.Settled"/>, <c>Detach</c>, <c>Health</c> and <c>Drain</c> the provider.</summary>
    public int Shard;

    /// <summary>The shard's number for the lane.</summary>
    public int ShardLane;

    /// <summary>Messages; whether it is up, or drains.</summary>
    public int Count;

    /// <summary>What was told.</summary>
    public OutcomeCounts Outcomes;

    /// <summary>The lane.</summary>
    public LaneKey Key;

    /// <summary>The answer, or the link.</summary>
    public object? Target;
}
