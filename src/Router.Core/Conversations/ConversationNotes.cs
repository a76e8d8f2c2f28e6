namespace Router.Core.Conversations;

/// <summary>The notes of a conversation: the newest are kept, so many and so long together. The oldest make room.</summary>
public static class ConversationNotes
{
    /// <summary>Notes kept at most.</summary>
    public const int CountMax = 100;

    /// <summary>Characters of all notes together at most: what is written anew with each note, and read with each look.</summary>
    public const int CharactersMax = 65_536;

    /// <summary><paramref name="notes"/> with <paramref name="note"/> at their end, within the bounds.</summary>
    public static IReadOnlyList<ConversationNote> With(IReadOnlyList<ConversationNote> notes, ConversationNote note)
    {
        ArgumentNullException.ThrowIfNull(notes);
        ArgumentNullException.ThrowIfNull(note);
        int characters = note.Text.Length;
        int from = notes.Count;
        while (from > 0 && notes.Count - from + 1 < CountMax && characters + notes[from - 1].Text.Length <= CharactersMax)
        {
            characters += notes[--from].Text.Length;
        }

        return [.. notes.Skip(from), note];
    }
}
