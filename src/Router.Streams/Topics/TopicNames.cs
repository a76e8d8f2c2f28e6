namespace Router.Streams.Topics;

/// <summary>Names of topics (DESIGN §6).</summary>
internal static class TopicNames
{
    public const string SharedOutbound = "router.outbound";
    public const string Inbound = "router.channel.inbound";
    public const string Receipts = "router.channel.receipts";
    public const string Events = "router.events";
    public const string DeadLetters = "router.deadletter";

    private const string OutboundPrefix = SharedOutbound + ".";

    public static string OutboundOf(string tenant) => OutboundPrefix + tenant;

    public static string ChannelOutboundOf(string provider) => "router.channel.outbound." + provider;

    public static string EventsOf(string tenant) => Events + "." + tenant;

    /// <summary>What a topic that is read holds, and the tenant that its name fixes.</summary>
    public static (TopicKind Kind, string? Tenant) Read(string topic) => topic switch
    {
        SharedOutbound => (TopicKind.SharedOutbound, null),
        Inbound => (TopicKind.Inbound, null),
        Receipts => (TopicKind.Receipts, null),
        _ when topic.StartsWith(OutboundPrefix, StringComparison.Ordinal) => (TopicKind.Outbound, topic[OutboundPrefix.Length..]),
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "not a topic that Router reads"),
    };
}
