namespace Router.Engine.Shards;

/// <summary>Whether a request was queued.</summary>
public enum Intake : byte
{
    /// <summary>Queued; the listener will be told.</summary>
    Queued = 0,

    /// <summary>The shard's queue is full: wait (streams) or 503 (single).</summary>
    Full = 1,

    /// <summary>The tenant has too many waiting messages: 429.</summary>
    TenantFull = 2,

    /// <summary>The shard has no owner now: 503.</summary>
    NoOwner = 3,

    /// <summary>Memory is short (<see cref="Machine.MemoryWatch"/>): look again after a while (streams) or 503 (single).</summary>
    NoMemory = 4,
}
