using System.Diagnostics.Metrics;

namespace Router.Providers.Smpp;

/// <summary>What an account counts.</summary>
internal enum SmppCount
{
    /// <summary>Submits written.</summary>
    Submitted,

    /// <summary>Answered with success.</summary>
    Sent,

    /// <summary>Answered throttled or queue full.</summary>
    Throttled,

    /// <summary>Refused by the carrier for good, or here for an address or content that SMPP cannot carry.</summary>
    Refused,

    /// <summary>Failed for now.</summary>
    Failed,

    /// <summary>Not written: the release had ended.</summary>
    Lapsed,

    /// <summary>Without an answer: time-out or link loss.</summary>
    Unknown,

    /// <summary>Not written: the link was lost, none was up, or the account was stopping.</summary>
    Unsent,

    /// <summary>Answers to nothing that waits: late, double or made up.</summary>
    Stray,

    /// <summary>Receipts handed on.</summary>
    Receipts,

    /// <summary>Receipts of states that are not final: acknowledged and let go.</summary>
    Intermediate,

    /// <summary>Receipts without an id or with an unknown state: refused for good.</summary>
    Unreadable,

    /// <summary>Receipts refused for now: too many wait for their acknowledgement, or they could not be kept.</summary>
    ReceiptsPutBack,

    /// <summary>Messages from subscribers, or parts of them, handed on.</summary>
    Inbound,

    /// <summary>Messages from subscribers refused for now, because too much waits or they could not be kept: the carrier sends them again.</summary>
    InboundPutBack,

    /// <summary>Messages from subscribers refused for good: no text.</summary>
    InboundUnreadable,

    /// <summary>PDUs that were not right.</summary>
    Malformed,

    /// <summary>Links lost after they were bound.</summary>
    LinksLost,

    /// <summary>Binds refused.</summary>
    BindsRefused,
}

/// <summary>An account's counts: read by tests, told to whoever listens to the meter <c>Router.Providers</c>. Any thread; hot path, 0 B.</summary>
internal sealed class SmppCounters
{
    private static readonly Meter Meter = new("Router.Providers");
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("router.smpp.events", description: "What SMPP accounts count, by provider and event.");
    private static readonly KeyValuePair<string, object?>[] Names =
        [.. Enum.GetNames<SmppCount>().Select(static name => new KeyValuePair<string, object?>("event", name))];

    private readonly long[] counts = new long[Names.Length];
    private readonly KeyValuePair<string, object?> provider;

    /// <summary>Counts for the account named <paramref name="name"/>.</summary>
    public SmppCounters(string name) => provider = new("provider", name);

    /// <summary>A count so far.</summary>
    public long this[SmppCount what] => Interlocked.Read(ref counts[(int)what]);

    /// <summary>Counts <paramref name="number"/> more.</summary>
    public void Add(SmppCount what, int number = 1)
    {
        Interlocked.Add(ref counts[(int)what], number);
        if (Events.Enabled)
        {
            Events.Add(number, provider, Names[(int)what]);
        }
    }
}
