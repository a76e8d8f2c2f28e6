namespace Router.Grains.Conversations;

/// <summary>A conversation as people and bots meet it (DESIGN §3), by <see cref="ConversationKey"/>. Woken by calls of the API and by inbound messages, never by what goes out in bulk.</summary>
internal interface IConversationGrain : IGrainWithStringKey
{
    /// <summary>See <see cref="IConversations.LookAsync"/>.</summary>
    Task<ViewItem> LookAsync(bool counts, string? by);

    /// <summary>See <see cref="IConversations.ChangeAsync"/>.</summary>
    Task<ConversationItem?> ChangeAsync(ChangeItem change);

    /// <summary>See <see cref="IConversations.AddNoteAsync"/>.</summary>
    Task<NoteOutcome> AddNoteAsync(string text, string? by);

    /// <summary>An inbound message is kept, the one with <paramref name="head"/> or a later one. Answered once heard; told again if not.</summary>
    Task HearAsync(ulong head);
}
