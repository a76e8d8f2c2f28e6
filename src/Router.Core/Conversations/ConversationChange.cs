namespace Router.Core.Conversations;

/// <summary>A change of a conversation's facts. <see cref="ConversationFacts.After"/> is the rule.</summary>
/// <param name="Act">What is done.</param>
/// <param name="Agent">Of <see cref="ConversationAct.Assign"/>: keyed hash of the agent's name; 0: nobody.</param>
/// <param name="Assignee">Of <see cref="ConversationAct.Assign"/>: the agent's name; null: nobody.</param>
/// <param name="Head">Of <see cref="ConversationAct.Hear"/>: head of the inbound message heard of.</param>
public readonly record struct ConversationChange(ConversationAct Act, ulong Agent = 0, string? Assignee = null, ulong Head = 0)
{
    /// <summary>Characters (UTF-16 units) of an agent's name at most.</summary>
    public const int AssigneeLengthMax = 64;

    /// <summary>Becomes the newest, no more.</summary>
    public static ConversationChange Touch => new(ConversationAct.Touch);

    /// <summary>Closes it.</summary>
    public static ConversationChange Close => new(ConversationAct.Close);

    /// <summary>Opens it again.</summary>
    public static ConversationChange Reopen => new(ConversationAct.Reopen);

    /// <summary>Given to nobody.</summary>
    public static ConversationChange Unassign => new(ConversationAct.Assign);

    /// <summary>Given to <paramref name="assignee"/>, whose keyed hash is <paramref name="agent"/>.</summary>
    public static ConversationChange Assign(ulong agent, string assignee) => new(ConversationAct.Assign, agent, assignee);

    /// <summary>The message with <paramref name="head"/> was heard of.</summary>
    public static ConversationChange Hear(ulong head) => new(ConversationAct.Hear, Head: head);
}
