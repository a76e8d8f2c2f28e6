namespace Router.Engine.Journal;

/// <summary>A page of conversations.</summary>
/// <param name="Items">The newest activity first.</param>
/// <param name="NextBeforeHead">Where the next page begins; 0: none.</param>
public sealed record ConversationPage(IReadOnlyList<StoredConversation> Items, ulong NextBeforeHead);
