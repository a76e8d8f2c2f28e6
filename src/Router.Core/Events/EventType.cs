namespace Router.Core.Events;

/// <summary>Types of events (DESIGN §6, Events), as bits of an <see cref="EventFilter"/>. Not stored: the words of <see cref="EventTypes"/> are.</summary>
public enum EventType : byte
{
    /// <summary><c>message.accepted</c>.</summary>
    MessageAccepted,

    /// <summary><c>message.queued</c>.</summary>
    MessageQueued,

    /// <summary><c>message.sent</c>.</summary>
    MessageSent,

    /// <summary><c>message.delivered</c>.</summary>
    MessageDelivered,

    /// <summary><c>message.read</c>.</summary>
    MessageRead,

    /// <summary><c>message.undelivered</c>.</summary>
    MessageUndelivered,

    /// <summary><c>message.expired</c>.</summary>
    MessageExpired,

    /// <summary><c>message.rejected</c>.</summary>
    MessageRejected,

    /// <summary><c>message.cancelled</c>.</summary>
    MessageCancelled,

    /// <summary><c>message.received</c>.</summary>
    MessageReceived,

    /// <summary><c>consent.changed</c>.</summary>
    ConsentChanged,

    /// <summary><c>conversation.assigned</c>.</summary>
    ConversationAssigned,

    /// <summary><c>conversation.closed</c>.</summary>
    ConversationClosed,

    /// <summary><c>conversation.reopened</c>.</summary>
    ConversationReopened,

    /// <summary><c>privacy.completed</c>.</summary>
    PrivacyCompleted,

    /// <summary><c>provider.up</c>.</summary>
    ProviderUp,

    /// <summary><c>provider.down</c>.</summary>
    ProviderDown,

    /// <summary><c>balance.low</c>.</summary>
    BalanceLow,

    /// <summary><c>webhook.disabled</c>.</summary>
    WebhookDisabled,
}
