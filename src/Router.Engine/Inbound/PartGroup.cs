using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Engine.Inbound;

/// <summary>What parts of one message share.</summary>
internal readonly record struct PartKey(ContactId Contact, uint Own, ushort Reference, byte Parts);

/// <summary>The parts of one message that came so far, all of them kept. Single owner.</summary>
internal sealed class PartGroup(PartKey key, int row, InboundOrigin origin, long dueMs)
{
    private static readonly byte[] Gap = "…"u8.ToArray();
    private readonly ReadOnlyMemory<byte>?[] texts = new ReadOnlyMemory<byte>?[key.Parts];

    public PartKey Key { get; } = key;

    /// <summary>Row of its contact, pinned.</summary>
    public int Row { get; } = row;

    public InboundOrigin Origin { get; } = origin;

    /// <summary>Monotonic ms at which it is told as it is.</summary>
    public long DueMs { get; } = dueMs;

    /// <summary>The parts kept, also those whose text is gone.</summary>
    public List<MessageId> Kept { get; } = [];

    /// <summary>Parts with a text.</summary>
    public int Count { get; private set; }

    public bool IsWhole => Count == Key.Parts;

    /// <summary>Whether a part would say something else than the one that has its place: then it is another message's.</summary>
    public bool Contradicts(int part, ReadOnlySpan<byte> text) => texts[part - 1] is { } known && !known.Span.SequenceEqual(text);

    /// <summary>Adds a part; a null text was erased.</summary>
    public void Add(MessageId id, int part, ReadOnlyMemory<byte>? text)
    {
        Kept.Add(id);
        Add(part, text);
    }

    /// <summary>Adds the text of a part that is kept with another message.</summary>
    public void Add(int part, ReadOnlyMemory<byte>? text)
    {
        Count += texts[part - 1] is null && text is not null ? 1 : 0;
        texts[part - 1] ??= text;
    }

    /// <summary>The texts in their order, gaps shown as an ellipsis, at most <paramref name="bytesMax"/> bytes.</summary>
    public byte[] Join(int bytesMax)
    {
        var whole = new List<byte>();
        bool gap = false;
        foreach (ReadOnlyMemory<byte>? text in texts)
        {
            ReadOnlySpan<byte> next = text is { } known ? known.Span : gap ? default : Gap;
            gap = text is null;
            if (whole.Count + next.Length > bytesMax)
            {
                break;
            }

            whole.AddRange(next);
        }

        return [.. whole];
    }
}
