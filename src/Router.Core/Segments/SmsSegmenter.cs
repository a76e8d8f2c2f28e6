using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Router.Core.Segments;

/// <summary>
/// Walks over the segments of a text and writes each one's user data. Made on the stack for one message:
/// <c>while (segments.MoveNext()) { int length = segments.Write(reference, buffer); … }</c>.
/// </summary>
/// <remarks>Hot path. <c>SegmentsBenchmark</c>, 0 B. Cuts exactly as <see cref="SmsText.Measure(ReadOnlySpan{byte}, out SmsEncoding)"/> counts.</remarks>
public ref struct SmsSegmenter
{
    private readonly SmsReference _width;
    private readonly int _capacity;
    private ReadOnlySpan<byte> _rest;

    /// <summary>Measures <paramref name="utf8"/> and stands before the first segment.</summary>
    /// <param name="utf8">The text, valid UTF-8; stays borrowed while the segmenter is used.</param>
    /// <param name="width">Width of the reference. With 16 bits a text may have more segments than the message's own count, which is made with 8.</param>
    /// <param name="asUcs2">UCS-2 even where GSM 7 bit would do: for carriers whose default alphabet lacks some of it. The text may have more segments so.</param>
    /// <exception cref="ArgumentException">More than <see cref="SmsText.SegmentsMax"/> segments: the decoder lets no such text in.</exception>
    public SmsSegmenter(ReadOnlySpan<byte> utf8, SmsReference width = SmsReference.Bits8, bool asUcs2 = false)
    {
        _rest = utf8;
        _width = width;
        SmsEncoding encoding = SmsEncoding.Ucs2;
        Count = asUcs2 ? SmsText.CountUcs2(utf8, width) : SmsText.Measure(utf8, width, out encoding);
        if (Count > SmsText.SegmentsMax)
        {
            ThrowTooMany();
        }

        Encoding = encoding;
        _capacity = SmsText.Capacity(encoding, width, HasHeader);
        Index = -1;
    }

    /// <summary>Segments of the message, 1 to 255.</summary>
    public int Count { get; }

    /// <summary>How all of them are encoded.</summary>
    public SmsEncoding Encoding { get; }

    /// <summary>Whether user data begins with a concatenation header (SMPP: <c>esm_class</c> 0x40).</summary>
    public readonly bool HasHeader => Count > 1;

    /// <summary>Octets of that header; 0: there is none.</summary>
    public readonly int HeaderLength => HasHeader ? SmsText.HeaderLength(_width) : 0;

    /// <summary>The segment stood on, from 0; -1 before the first.</summary>
    public int Index { get; private set; }

    /// <summary>The part of the text, UTF-8, in the segment stood on.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Goes to the next segment; false after the last.</summary>
    public bool MoveNext()
    {
        if (Index + 1 >= Count)
        {
            return false;
        }

        Index++;
        int taken = Index + 1 == Count ? _rest.Length : SmsText.Take(_rest, Encoding, _capacity);
        Text = _rest[..taken];
        _rest = _rest[taken..];
        return true;
    }

    /// <summary>Goes forward to segment <paramref name="index"/>, from 0; false when it lies behind or after the last. For retries of single segments.</summary>
    public bool MoveTo(int index)
    {
        if (index < Index)
        {
            return false;
        }

        while (Index < index)
        {
            if (!MoveNext())
            {
                return false;
            }
        }

        return Index >= 0;
    }

    /// <summary>
    /// Writes the user data of the segment stood on: the header when there are several, then GSM septets, one a byte, or UCS-2 bytes. Returns its length.
    /// </summary>
    /// <param name="reference">See <see cref="SmsText.WriteHeader"/>.</param>
    /// <param name="destination">At least <see cref="SmsText.SegmentBytesMax"/> bytes.</param>
    public readonly int Write(ushort reference, Span<byte> destination)
    {
        int header = HasHeader ? SmsText.WriteHeader(_width, reference, (byte)Count, (byte)(Index + 1), destination) : 0;
        return header + WriteText(destination[header..]);
    }

    /// <summary>As <see cref="Write"/> without the header: where the protocol says in fields of its own which segment it is. Returns its length.</summary>
    public readonly int WriteText(Span<byte> destination) => Encoding == SmsEncoding.Gsm7 ? WriteGsm7(Text, destination) : WriteUcs2(Text, destination);

    private static int WriteGsm7(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int at = 0;
        while (true)
        {
            int plain = text.IndexOfAnyExcept(GsmAlphabet.OneSeptetAscii);
            at += WriteAscii(plain < 0 ? text : text[..plain], destination[at..]);
            if (plain < 0)
            {
                return at;
            }

            Rune.DecodeFromUtf8(text[plain..], out Rune rune, out int bytes);
            text = text[(plain + bytes)..];
            byte code = GsmAlphabet.CodeOf(rune);
            if (code >= GsmAlphabet.Extended)
            {
                destination[at++] = GsmAlphabet.Escape;
            }

            destination[at++] = (byte)(code & 0x7F);
        }
    }

    /// <summary>Copies, then mends the three characters that have another septet than their ASCII number ($, @ and _).</summary>
    private static int WriteAscii(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        int from = 0;
        while (true)
        {
            int moved = text[from..].IndexOfAny(GsmAlphabet.MovedAscii);
            if (moved < 0)
            {
                return text.Length;
            }

            from += moved;
            destination[from] = GsmAlphabet.CodeOfAscii(text[from]);
            from++;
        }
    }

    private static int WriteUcs2(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        Span<char> units = MemoryMarshal.Cast<byte, char>(destination);
        Utf8.ToUtf16(text, units, out _, out int written, replaceInvalidSequences: true, isFinalBlock: true);
        Span<ushort> words = MemoryMarshal.Cast<char, ushort>(units[..written]);
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        return written * 2;
    }

    private static void ThrowTooMany() => throw new ArgumentException("more than 255 segments: the decoder refuses such texts", "utf8");
}
