using System.Buffers.Binary;

namespace Router.Core.Messages;

/// <summary>
/// The id of a message: a UUIDv7 (RFC 9562 §5.7) whose twelve bits after the time are six bits of shard and six bits of a counter,
/// so that look-ups and cancels find the owner without an index (DESIGN §7).
/// </summary>
/// <remarks>
/// Layout of <see cref="Head"/>: 48 bits Unix time in ms · 4 bits version (7) · 6 bits shard · 6 bits counter.
/// <see cref="Tail"/>: 2 bits variant (binary 10) · 62 random bits. Heads of one shard rise strictly; over all shards a head is unique.
/// </remarks>
public readonly record struct MessageId(ulong Head, ulong Tail) : IComparable<MessageId>
{
    /// <summary>Number of shards: equal parts of all contacts (DESIGN §2).</summary>
    public const int ShardCount = 64;

    /// <summary>Ids that one shard can make in a millisecond before it borrows from the next one.</summary>
    public const int PerMillisecond = 64;

    private const ulong Version7 = 0x7000;
    private const ulong VariantRfc = 0x8000_0000_0000_0000;

    /// <summary>Makes an id. <paramref name="counter"/> is below <see cref="PerMillisecond"/>; the two lowest bits of <paramref name="random"/> are ignored.</summary>
    public static MessageId Create(long unixMs, int shard, int counter, ulong random) =>
        new(((ulong)unixMs << 16) | Version7 | ((ulong)(uint)shard << 6) | (uint)counter, VariantRfc | (random >> 2));

    /// <summary>The shard that owns the message, 0 to 63.</summary>
    public int Shard => (int)(Head >> 6) & (ShardCount - 1);

    /// <summary>Milliseconds since 1970 at which the id was made.</summary>
    public long UnixMs => (long)(Head >> 16);

    /// <summary>The head without its version bits: a positive 60-bit integer that sorts by time; the row id in the journal.</summary>
    public long RowKey => ToRowKey(Head);

    /// <summary>See <see cref="RowKey"/>.</summary>
    public static long ToRowKey(ulong head) => (long)(((head >> 16) << 12) | (head & 0xFFF));

    /// <summary>The inverse of <see cref="ToRowKey"/>.</summary>
    public static ulong ToHead(long rowKey) => (((ulong)rowKey >> 12) << 16) | Version7 | ((ulong)rowKey & 0xFFF);

    /// <summary>Writes the 16 bytes in network order.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Head);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Tail);
    }

    /// <summary>Reads the 16 bytes that <see cref="Write"/> wrote.</summary>
    public static MessageId Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>Writes the 36 characters of the canonical form (lower case).</summary>
    public void Format(Span<byte> utf8) => UuidText.Format(Head, Tail, utf8);

    /// <summary>Reads the 36-character form; false for anything that is not a UUIDv7 made by Router's layout.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out MessageId id)
    {
        bool ok = UuidText.TryParse(utf8, out ulong head, out ulong tail) && (head & 0xF000) == Version7 && tail >> 62 == 2;
        id = ok ? new MessageId(head, tail) : default;
        return ok;
    }

    /// <summary>Reads the 36-character form from text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        Span<byte> utf8 = stackalloc byte[36];
        id = default;
        return UuidText.TryNarrow(text, utf8) && TryParse(utf8, out id);
    }

    /// <summary>By head, then tail: the order of making within a shard.</summary>
    public int CompareTo(MessageId other) => Head != other.Head ? Head.CompareTo(other.Head) : Tail.CompareTo(other.Tail);

    /// <inheritdoc/>
    public override string ToString() => UuidText.ToText(Head, Tail);

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <(MessageId left, MessageId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >(MessageId left, MessageId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(MessageId left, MessageId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(MessageId left, MessageId right) => left.CompareTo(right) >= 0;
}
