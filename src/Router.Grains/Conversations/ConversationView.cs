using Router.Core.Conversations;
using Router.Engine.Journal;

namespace Router.Grains.Conversations;

/// <summary>A conversation as people look at it.</summary>
/// <param name="Stored">The facts.</param>
/// <param name="Unread">Inbound messages since someone who may answer last looked.</param>
/// <param name="ReadAtMs">When that was, Unix ms; 0: never.</param>
/// <param name="ReadBy">The name of the key with which it was; null: it has none.</param>
/// <param name="Notes">Oldest first; empty where they were erased.</param>
/// <param name="Erased">Whether there were notes and the contact's key was destroyed.</param>
public sealed record ConversationView(StoredConversation Stored, uint Unread, long ReadAtMs, string? ReadBy, IReadOnlyList<ConversationNote> Notes, bool Erased);
