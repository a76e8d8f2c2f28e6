using Router.Core.Messages;

namespace Router.Core.Events;

/// <summary>The wire's words of <see cref="EventType"/>: one table, both ways.</summary>
public static class EventTypes
{
    private static readonly string[] Names =
    [
        "message.accepted", "message.queued", "message.sent", "message.delivered", "message.read", "message.undelivered", "message.expired", "message.rejected",
        "message.cancelled", "message.received", "consent.changed", "conversation.assigned", "conversation.closed", "conversation.reopened", "privacy.completed",
        "provider.up", "provider.down", "balance.low", "webhook.disabled",
    ];

    /// <summary>All words, in the order of <see cref="EventType"/>.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The wire's word.</summary>
    public static string Of(EventType type) => Names[(int)type];

    /// <summary>What an event of a message says of its status.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A status that is never told (DESIGN §6: <c>sending</c> and <c>scheduled</c> show in GET alone).</exception>
    public static EventType Of(MessageStatus status) => status switch
    {
        MessageStatus.Accepted => EventType.MessageAccepted,
        MessageStatus.Queued => EventType.MessageQueued,
        MessageStatus.Sent => EventType.MessageSent,
        MessageStatus.Delivered => EventType.MessageDelivered,
        MessageStatus.Read => EventType.MessageRead,
        MessageStatus.Undelivered => EventType.MessageUndelivered,
        MessageStatus.Expired => EventType.MessageExpired,
        MessageStatus.Rejected => EventType.MessageRejected,
        MessageStatus.Cancelled => EventType.MessageCancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "never told"),
    };
}
