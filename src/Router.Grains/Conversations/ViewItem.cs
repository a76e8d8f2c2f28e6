using Router.Core.Conversations;

namespace Router.Grains.Conversations;

/// <summary>A <see cref="ConversationView"/> on its way between silos.</summary>
[GenerateSerializer, Immutable]
internal sealed class ViewItem
{
    [Id(0)]
    public ConversationItem Stored;

    [Id(1)]
    public uint Unread;

    [Id(2)]
    public long ReadAtMs;

    [Id(3)]
    public long[] NoteTimes = [];

    [Id(4)]
    public string[] NoteTexts = [];

    [Id(5)]
    public bool Erased;

    [Id(6)]
    public string? ReadBy;

    [Id(7)]
    public string?[] NoteAuthors = [];

    /// <summary>Unpacks it.</summary>
    public ConversationView ToView() =>
        new(Stored.ToStored(), Unread, ReadAtMs, ReadBy, [.. NoteTimes.Zip(NoteTexts, NoteAuthors).Select(static n => new ConversationNote(n.First, n.Second, n.Third))], Erased);
}
