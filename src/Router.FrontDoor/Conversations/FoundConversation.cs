using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.FrontDoor.Conversations;

/// <summary>A conversation of the caller's tenant: it has a row, or messages, or both.</summary>
/// <param name="Stored">Its row; not found where nobody acted on it and nothing came in.</param>
/// <param name="Messages">Its last messages, the newest first.</param>
internal sealed record FoundConversation(StoredConversation Stored, IReadOnlyList<StoredMessage> Messages)
{
    /// <summary>Its id.</summary>
    internal ConversationId Id => Stored.Id;

    /// <summary>The record of its newest message that can be opened: it names the contact and the tenant's own sender. Null: there is none among <see cref="Messages"/>.</summary>
    internal byte[]? Record => Messages.FirstOrDefault(static m => m.Record is not null)?.Record;

    /// <summary>Whether the contact was erased and has no message since.</summary>
    internal bool IsErased => Messages.Count > 0 && Record is null;

    /// <summary>When something last happened, Unix ms.</summary>
    internal long ActiveAtMs => Stored.Found ? (long)(Stored.Facts.ActiveHead >> 16) : Messages[0].Accepted.AcceptedAtMs;
}
