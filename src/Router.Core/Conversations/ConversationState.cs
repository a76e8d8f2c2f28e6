namespace Router.Core.Conversations;

/// <summary>Where a conversation stands. Stored; the numbers never change.</summary>
public enum ConversationState : byte
{
    /// <summary>Nobody acted on it and nothing came in: it has no row and counts as open.</summary>
    None = 0,

    /// <summary>Open.</summary>
    Open = 1,

    /// <summary>Closed, until someone reopens it or a message comes in.</summary>
    Closed = 2,
}
