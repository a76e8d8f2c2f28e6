using System.Buffers.Text;
using System.Text;

namespace Router.Core.Messages;

/// <summary>
/// Unescapes JSON strings that a reader has found well-formed. Own code because the reader's throws where an escape is half of a surrogate pair, and bad input is no exception here.
/// </summary>
/// <remarks>Hot path (texts with escapes). <c>DecodeBenchmark</c>, 0 B.</remarks>
internal static class JsonText
{
    /// <summary>Writes the unescaped string; false when an escape is half of a surrogate pair.</summary>
    /// <param name="raw">What stands between the quotes: valid UTF-8, well-formed escapes.</param>
    /// <param name="destination">At least as long as <paramref name="raw"/>: unescaping never lengthens.</param>
    /// <param name="written">Bytes written.</param>
    public static bool TryUnescape(ReadOnlySpan<byte> raw, Span<byte> destination, out int written)
    {
        written = 0;
        while (true)
        {
            int plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                raw.CopyTo(destination[written..]);
                written += raw.Length;
                return true;
            }

            raw[..plain].CopyTo(destination[written..]);
            written += plain;
            raw = raw[plain..];
            if (raw[1] != 'u')
            {
                destination[written++] = Short(raw[1]);
                raw = raw[2..];
                continue;
            }

            if (!TryTakeRune(ref raw, out Rune rune))
            {
                return false;
            }

            written += rune.EncodeToUtf8(destination[written..]);
        }
    }

    /// <summary>Whether every escape of <paramref name="raw"/> is a character or both halves of a surrogate pair.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> raw)
    {
        while (true)
        {
            int plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                return true;
            }

            raw = raw[plain..];
            if (raw[1] != 'u')
            {
                raw = raw[2..];
            }
            else if (!TryTakeRune(ref raw, out _))
            {
                return false;
            }
        }
    }

    private static bool TryTakeRune(ref ReadOnlySpan<byte> raw, out Rune rune)
    {
        char unit = Unit(raw);
        raw = raw[6..];
        if (Rune.TryCreate(unit, out rune))
        {
            return true;
        }

        if (raw.Length < 6 || raw[0] != '\\' || raw[1] != 'u' || !Rune.TryCreate(unit, Unit(raw), out rune))
        {
            return false;
        }

        raw = raw[6..];
        return true;
    }

    /// <summary>The code unit of the escape (backslash, u, four digits) that <paramref name="raw"/> begins with.</summary>
    private static char Unit(ReadOnlySpan<byte> raw)
    {
        _ = Utf8Parser.TryParse(raw.Slice(2, 4), out ushort unit, out _, 'x');
        return (char)unit;
    }

    private static byte Short(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => letter,
    };
}
