using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Router.Core.Messages;

/// <summary>Kinds of content (DESIGN §6). Stored; the numbers never change.</summary>
public enum ContentType : byte
{
    /// <summary>Plain text.</summary>
    Text = 1,

    /// <summary>A template with parameters, rendered as it was accepted.</summary>
    Template = 2,

    /// <summary>Media by URL, with or without a caption.</summary>
    Media = 3,
}

/// <summary>
/// A message's personal part as one run of bytes: what is sealed, and what a provider encodes from. Reading it copies nothing.
/// </summary>
/// <remarks>
/// Hot path. <c>RecordBenchmark</c>, 0 B. Layout: version · channel · content type · 0, then fields, each a 16-bit little-endian length and its bytes:
/// to, text, reference, metadata (a JSON object as received), of version 2 also content (a JSON object as received), from. <c>from</c> stands last because the shard, which fixes
/// the sender, appends it. Version 2 is written where the content is no plain text, so that a text costs nothing for what it does not have.
/// Lengths fit 16 bits because a body is at most 64 KiB (65,536 bytes), a field is always shorter than its body and a rendered text is bounded (<see cref="TextBytesMax"/>).
/// </remarks>
public readonly ref struct MessageRecord
{
    /// <summary>Bytes of the text at most.</summary>
    public const int TextBytesMax = ushort.MaxValue;

    private const byte PlainVersion = 1;
    private const byte ContentVersion = 2;
    private const int HeaderLength = 4;

    private MessageRecord(ReadOnlySpan<byte> bytes)
    {
        Channel = (Channel)bytes[1];
        ContentType = (ContentType)bytes[2];
        bool hasContent = bytes[0] == ContentVersion;
        bytes = bytes[HeaderLength..];
        To = Take(ref bytes);
        Text = Take(ref bytes);
        Reference = Take(ref bytes);
        Metadata = Take(ref bytes);
        Content = hasContent ? Take(ref bytes) : default;
        From = bytes.IsEmpty ? default : Take(ref bytes);
    }

    /// <summary>Channel.</summary>
    public Channel Channel { get; }

    /// <summary>Kind of content.</summary>
    public ContentType ContentType { get; }

    /// <summary>Canonical address without the channel's word, UTF-8.</summary>
    public ReadOnlySpan<byte> To { get; }

    /// <summary>The text, UTF-8, valid: of a template what it rendered to, of media the caption, which may be empty.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The tenant's reference; empty: none.</summary>
    public ReadOnlySpan<byte> Reference { get; }

    /// <summary>The tenant's metadata, a JSON object; empty: none.</summary>
    public ReadOnlySpan<byte> Metadata { get; }

    /// <summary>The content, a JSON object as given, where it is no plain text; else empty.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>The sender; empty: none.</summary>
    public ReadOnlySpan<byte> From { get; }

    /// <summary>Reads a record that <see cref="Write"/> made (and <see cref="AppendFrom"/> completed).</summary>
    /// <exception cref="FormatException">Not a record: the store is corrupt.</exception>
    public static MessageRecord Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || bytes[0] is not (PlainVersion or ContentVersion))
        {
            ThrowNotARecord();
        }

        return new MessageRecord(bytes);
    }

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public static int SizeWithoutFrom(int to, int text, int reference, int metadata, int content = 0) =>
        HeaderLength + 8 + to + text + reference + metadata + (content == 0 ? 0 : 2 + content);

    /// <summary>Bytes that <see cref="AppendFrom"/> needs.</summary>
    public static int SizeOfFrom(int from) => 2 + from;

    /// <summary>Writes all but the sender; returns the bytes written.</summary>
    public static int Write(
        Channel channel, ContentType type, ReadOnlySpan<byte> to, ReadOnlySpan<byte> text, ReadOnlySpan<byte> reference, ReadOnlySpan<byte> metadata, Span<byte> destination,
        ReadOnlySpan<byte> content = default)
    {
        destination[0] = content.IsEmpty ? PlainVersion : ContentVersion;
        destination[1] = (byte)channel;
        destination[2] = (byte)type;
        destination[3] = 0;
        int at = HeaderLength;
        Put(to, destination, ref at);
        Put(text, destination, ref at);
        Put(reference, destination, ref at);
        Put(metadata, destination, ref at);
        if (!content.IsEmpty)
        {
            Put(content, destination, ref at);
        }

        return at;
    }

    /// <summary>Appends the sender; returns the bytes written.</summary>
    public static int AppendFrom(ReadOnlySpan<byte> from, Span<byte> destination)
    {
        int at = 0;
        Put(from, destination, ref at);
        return at;
    }

    // Inlined in each place, which the compiler leaves off by itself from the sixth on: 19 ns a record instead of 31 to 41.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ReadOnlySpan<byte> field, Span<byte> destination, ref int at)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination[at..], checked((ushort)field.Length));
        field.CopyTo(destination[(at + 2)..]);
        at += 2 + field.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> bytes)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        ReadOnlySpan<byte> field = bytes.Slice(2, length);
        bytes = bytes[(2 + length)..];
        return field;
    }

    private static void ThrowNotARecord() => throw new FormatException("not a message record: the store holds bytes that Router did not write");
}
