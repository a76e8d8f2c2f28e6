using Router.Core.Conversations;
using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>What storage knows of a conversation that someone acted on or an inbound message opened; others have no row.</summary>
public struct StoredConversation
{
    /// <summary>Which.</summary>
    public ConversationId Id;

    /// <summary>The tenant's number. A row is found with its own tenant only.</summary>
    public int Tenant;

    /// <summary>Whether it has a row; the rest is default when not.</summary>
    public bool Found;

    /// <summary>Slot of its contact's key when it was last written; 0: the contact was erased. Storage seals the assignee's name under it.</summary>
    public uint KeySlot;

    /// <summary>The facts.</summary>
    public ConversationFacts Facts;

    /// <summary>In a part: as <see cref="JournalEntry.FollowsFrom"/>, the inbound message that wrote it; 0: none.</summary>
    public int FollowsFrom;
}
