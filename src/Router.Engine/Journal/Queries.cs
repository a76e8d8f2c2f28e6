using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>One step in a message's life.</summary>
public readonly record struct StoredEvent(long AtMs, MessageStatus Status, int Provider, Reason Reason);

/// <summary>A message as stored.</summary>
public sealed class StoredMessage
{
    /// <summary>What was kept at acceptance.</summary>
    public required AcceptedMessage Accepted { get; init; }

    /// <summary>The opened record (<c>MessageRecord</c>); null: its key was destroyed.</summary>
    public required byte[]? Record { get; init; }

    /// <summary>Its events, oldest first; the first is <c>accepted</c>.</summary>
    public required IReadOnlyList<StoredEvent> Events { get; init; }
}

/// <summary>Which messages to list.</summary>
public sealed record MessageQuery
{
    /// <summary>The tenant's number.</summary>
    public required int Tenant { get; init; }

    /// <summary>Only of this conversation.</summary>
    public ConversationId? Conversation { get; init; }

    /// <summary>Only with this status (as stored).</summary>
    public MessageStatus Status { get; init; }

    /// <summary>Only messages before this head; 0: from the newest.</summary>
    public ulong BeforeHead { get; init; }

    /// <summary>At most so many, 1 to 200.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A page of messages.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="NextBeforeHead">Where the next page begins; 0: none.</param>
public sealed record MessagePage(IReadOnlyList<StoredMessage> Items, ulong NextBeforeHead);
