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
    Configure,
}

/// <summary>What the dispatcher is told; which fields count depends on the kind.</summary>
internal struct DispatchEvent
{
    public DispatchEventKind Kind;

    /// <summary>The shard; for <see cref="DispatchEventKind.Settled"/>, <c>Detach</c> and <c>Health</c> the provider.</summary>
    public int Shard;

    /// <summary>The shard's number for the lane; for <see cref="DispatchEventKind.Settled"/> how many were throttled.</summary>
    public int ShardLane;

    /// <summary>Messages, or outcomes.</summary>
    public int Count;

    /// <summary>Wish of a provider that throttled, ms.</summary>
    public int DelayMs;

    /// <summary>The lane.</summary>
    public LaneKey Key;

    /// <summary>The answer, or the link.</summary>
    public object? Target;
}
