using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Grains.Conversations;

/// <summary>
/// Conversations as the front door meets them, wherever their grains live. The caller knows that the conversation is the tenant's and exists. Any thread.
/// </summary>
public interface IConversations
{
    /// <summary>Looks at one. <paramref name="counts"/>: by someone who may answer, so what came in counts as read from now on, by <paramref name="by"/>.</summary>
    /// <exception cref="JournalUnavailableException">Its grain or storage cannot answer now.</exception>
    Task<ConversationView> LookAsync(int tenant, ConversationId id, bool counts, string? by, CancellationToken cancellationToken);

    /// <summary>Changes one. Null: not kept, try again. <see cref="StoredConversation.KeySlot"/> 0: the contact was erased and it was not assigned.</summary>
    Task<StoredConversation?> ChangeAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken);

    /// <summary>Adds a note of <paramref name="by"/>. One that was not kept for all that is known may be there twice when it is added again.</summary>
    Task<NoteOutcome> AddNoteAsync(int tenant, ConversationId id, string text, string? by, CancellationToken cancellationToken);
}
