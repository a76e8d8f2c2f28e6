namespace Router.Engine.Journal;

/// <summary>A page of messages.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="NextBeforeHead">Where the next page begins; 0: none.</param>
public sealed record MessagePage(IReadOnlyList<StoredMessage> Items, ulong NextBeforeHead);
