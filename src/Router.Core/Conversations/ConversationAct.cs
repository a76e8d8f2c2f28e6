namespace Router.Core.Conversations;

/// <summary>What is done to a conversation.</summary>
public enum ConversationAct : byte
{
    /// <summary>Something was written beside it (a note): it becomes the newest.</summary>
    Touch = 0,

    /// <summary>It is given to someone, or to nobody.</summary>
    Assign = 1,

    /// <summary>It is closed.</summary>
    Close = 2,

    /// <summary>It is opened again.</summary>
    Reopen = 3,

    /// <summary>Its grain has heard of an inbound message.</summary>
    Hear = 4,
}
