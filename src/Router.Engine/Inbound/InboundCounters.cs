using System.Diagnostics.Metrics;

namespace Router.Engine.Inbound;

/// <summary>What is counted of messages from end users.</summary>
internal enum InboundCount
{
    /// <summary>Kept whole; joined ones among them.</summary>
    Received,

    /// <summary>Parts kept.</summary>
    Parts,

    /// <summary>Joined of all their parts.</summary>
    Joined,

    /// <summary>Told without the parts that did not come in time, or for want of room.</summary>
    Incomplete,

    /// <summary>Known already: told again by a carrier.</summary>
    Repeated,

    /// <summary>To a number that is nobody's: kept for the operator.</summary>
    UnknownNumber,

    /// <summary>Automatic answers made.</summary>
    Replies,

    /// <summary>Automatic answers left out: their contact had as many as it may have in an hour, or is no address that can be answered.</summary>
    RepliesHeldBack,

    /// <summary>Cut: longer than a message can be.</summary>
    Cut,
}

/// <summary>A silo's counts of messages from end users: read by tests, told to whoever listens to the meter <c>Router.Engine</c>. Any thread.</summary>
internal sealed class InboundCounters
{
    private static readonly Meter Meter = new("Router.Engine");
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("router.inbound", description: "Messages from end users, by event.");
    private static readonly KeyValuePair<string, object?>[] Names =
        [.. Enum.GetNames<InboundCount>().Select(static name => new KeyValuePair<string, object?>("event", name))];

    private readonly long[] counts = new long[Names.Length];

    /// <summary>A count so far.</summary>
    public long this[InboundCount what] => Interlocked.Read(ref counts[(int)what]);

    /// <summary>Counts one more.</summary>
    public void Add(InboundCount what)
    {
        Interlocked.Increment(ref counts[(int)what]);
        if (Events.Enabled)
        {
            Events.Add(1, Names[(int)what]);
        }
    }
}
