using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using Router.Core.Messages;

namespace Router.FrontDoor.Json;

/// <summary>Writes UTF-8 pieces into a span that is long enough, one after the other.</summary>
/// <remarks>Hot path, 0 B. Reaching beyond the span throws: the caller's sum was wrong.</remarks>
internal ref struct Utf8Text(Span<byte> destination)
{
    /// <summary>Bytes of <see cref="Time"/>.</summary>
    internal const int TimeLength = 24;

    /// <summary>One byte becomes at most so many when escaped: <c>\u001f</c>.</summary>
    internal const int EscapeFactor = 6;

    private readonly Span<byte> destination = destination;

    /// <summary>Bytes written.</summary>
    internal int Length { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(destination[Length..]);
        Length += utf8.Length;
    }

    /// <summary>Text that is known to be ASCII and to need no escape.</summary>
    internal void Ascii(string text) => Length += Encoding.ASCII.GetBytes(text, destination[Length..]);

    internal void Number(long value)
    {
        Utf8Formatter.TryFormat(value, destination[Length..], out int written);
        Length += written;
    }

    internal void Uuid(ulong head, ulong tail)
    {
        UuidText.Format(head, tail, destination[Length..]);
        Length += UuidText.Length;
    }

    /// <summary>RFC 3339 in UTC with milliseconds.</summary>
    internal void Time(long unixMs)
    {
        // "O" is the one format that the framework writes without reading a pattern; its last four digits are zeros here.
        Span<byte> text = stackalloc byte[28];
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        Span<byte> time = Next(TimeLength);
        text[..(TimeLength - 1)].CopyTo(time);
        time[TimeLength - 1] = (byte)'Z';
    }

    /// <summary>A position's 22 characters, written by the caller.</summary>
    internal Span<byte> Next(int length)
    {
        Span<byte> next = destination.Slice(Length, length);
        Length += length;
        return next;
    }

    /// <summary>Valid UTF-8 as the inside of a JSON string; room for <see cref="EscapeFactor"/> times its length.</summary>
    internal void Escaped(scoped ReadOnlySpan<byte> utf8)
    {
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(utf8, destination[Length..], out _, out int written);
        Length += written;
    }
}
