using Router.Core.Conversations;

namespace Router.Engine.Journal;

/// <summary>Which conversations to list.</summary>
public sealed record ConversationQuery
{
    /// <summary>The tenant's number.</summary>
    public required int Tenant { get; init; }

    /// <summary>Only in this state; <see cref="ConversationState.None"/>: in any.</summary>
    public ConversationState State { get; init; }

    /// <summary>Only of this agent (<see cref="ConversationFacts.Agent"/>); 0: of any and none.</summary>
    public ulong Agent { get; init; }

    /// <summary>Only those last active before this head; 0: from the newest.</summary>
    public ulong BeforeHead { get; init; }

    /// <summary>At most so many, 1 to 200.</summary>
    public int Limit { get; init; } = 50;
}
