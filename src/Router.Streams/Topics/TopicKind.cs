namespace Router.Streams.Topics;

/// <summary>What the records of a topic are.</summary>
internal enum TopicKind
{
    /// <summary><c>router.outbound.&lt;tenant&gt;</c>: messages of that tenant.</summary>
    Outbound,

    /// <summary><c>router.outbound</c>: messages of the tenant in <c>ce_tenant</c>.</summary>
    SharedOutbound,

    /// <summary><c>router.channel.inbound</c>: messages from end users, told by gateways.</summary>
    Inbound,

    /// <summary><c>router.channel.receipts</c>: receipts, told by gateways.</summary>
    Receipts,
}
