using Router.Core.Messages;

namespace Router.Engine.Journal;

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
