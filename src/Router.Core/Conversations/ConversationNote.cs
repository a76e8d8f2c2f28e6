namespace Router.Core.Conversations;

/// <summary>An internal note beside a conversation. End users never see it.</summary>
/// <param name="AtMs">Unix ms.</param>
/// <param name="Text">1 to <see cref="TextLengthMax"/> characters.</param>
/// <param name="By">The name of the key it was written with; null: it has none.</param>
public sealed record ConversationNote(long AtMs, string Text, string? By = null)
{
    /// <summary>Characters (UTF-16 units) of a note at most.</summary>
    public const int TextLengthMax = 4_000;
}
