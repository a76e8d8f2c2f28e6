using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>What a shard holds of a waiting message whose trace is recorded, beside its place in the slab.</summary>
internal struct TracedMessage
{
    /// <summary>The trace and the span it came by.</summary>
    public TraceContext Trace;

    /// <summary>Since when it waits (Unix ms): its acceptance, or the last try's outcome.</summary>
    public long WaitsFromMs;

    /// <summary>When it was handed over last (Unix ms).</summary>
    public long HandedOverMs;

    /// <summary>Of the segments handed over last some were taken.</summary>
    public bool HasSent;
}
