namespace Router.Core.Conversations;

/// <summary>What is told of a conversation (DESIGN §6, events). Stored; the numbers never change.</summary>
public enum ConversationEvent : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>conversation.assigned</c>: given to someone else, or to nobody.</summary>
    Assigned = 1,

    /// <summary><c>conversation.closed</c>.</summary>
    Closed = 2,

    /// <summary><c>conversation.reopened</c>: by someone, or by an inbound message.</summary>
    Reopened = 3,
}
