using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Router.Core.Segments;

namespace Router.Providers.Smpp.Protocol;

/// <summary>User data as UTF-8. Never throws for what the bytes hold; what an alphabet does not have reads as U+FFFD, NULs (padding) are left out but in GSM, where 0 is @.</summary>
internal static class InboundText
{
    /// <summary>Longest user data that is read: 255 parts of 153 septets, what a long message can have at most.</summary>
    public const int BytesMax = 255 * 153;

    /// <summary>Bytes of UTF-8 that <paramref name="length"/> bytes of user data become at most.</summary>
    public static int SizeOf(int length) => length * GsmText.BytesPerSeptetMax;

    /// <summary>Writes the text into <paramref name="utf8"/>, which has <see cref="SizeOf"/> bytes; false: it is no text.</summary>
    public static bool TryWrite(Alphabet alphabet, in UserDataHeader header, ReadOnlySpan<byte> userData, Span<byte> utf8, out int length)
    {
        length = 0;
        switch (alphabet)
        {
            case Alphabet.Gsm:
                length = GsmText.Decode(userData, header.LockingLanguage, header.SingleLanguage, utf8);
                return true;
            case Alphabet.Ucs2:
                length = WriteUcs2(userData, utf8);
                return true;
            case Alphabet.Octets when !LooksLikeText(userData):
            case Alphabet.None:
                return false;
            case Alphabet.Octets:
                userData.CopyTo(utf8);
                length = userData.Length;
                return true;
            default:
                foreach (byte b in userData)
                {
                    length += b == 0 ? 0 : GsmText.Write(Of(alphabet, b), utf8[length..]);
                }

                return true;
        }
    }

    private static char Of(Alphabet alphabet, byte b) => alphabet switch
    {
        _ when b < 0x80 => (char)b,
        Alphabet.Latin1 => (char)b,
        Alphabet.Cyrillic => b switch { <= 0xA0 or 0xAD => (char)b, 0xF0 => '№', 0xFD => '§', _ => (char)(0x360 + b) },
        Alphabet.Hebrew => b switch
        {
            >= 0xE0 and <= 0xFA => (char)(0x5D0 + (b - 0xE0)),
            0xAA => '×',
            0xBA => '÷',
            0xDF => '‗',
            0xFD => '\u200E',
            0xFE => '\u200F',
            >= 0xBF or 0xA1 => '\uFFFD',
            _ => (char)b,
        },
        _ => '\uFFFD',
    };

    // A byte order mark is left out, and obeyed where it says that the bytes stand the other way round; half a unit at the end is left out; half a surrogate pair reads as U+FFFD.
    private static int WriteUcs2(ReadOnlySpan<byte> userData, Span<byte> utf8)
    {
        bool little = userData is [0xFF, 0xFE, ..];
        userData = little || userData is [0xFE, 0xFF, ..] ? userData[2..] : userData;
        int written = 0;
        Span<char> units = stackalloc char[256];
        while (userData.Length >= 2)
        {
            int count = Math.Min(userData.Length / 2, units.Length);
            Span<char> some = units[..count];
            userData[..(count * 2)].CopyTo(MemoryMarshal.AsBytes(some));
            if (BitConverter.IsLittleEndian != little)
            {
                Span<ushort> words = MemoryMarshal.Cast<char, ushort>(some);
                BinaryPrimitives.ReverseEndianness(words, words);
            }

            if (count == units.Length && userData.Length >= (count * 2) + 2 && char.IsHighSurrogate(some[^1]))
            {
                some = some[..--count]; // its other half comes with the next ones
            }

            userData = userData[(count * 2)..];
            some = some[..WithoutNuls(some)];
            Utf8.FromUtf16(some, utf8[written..], out _, out int bytes, replaceInvalidSequences: true, isFinalBlock: true);
            written += bytes;
        }

        return written;
    }

    private static int WithoutNuls(Span<char> units)
    {
        int kept = 0;
        foreach (char unit in units)
        {
            units[kept] = unit;
            kept += unit == '\0' ? 0 : 1;
        }

        return kept;
    }

    private static bool LooksLikeText(ReadOnlySpan<byte> userData)
    {
        foreach (byte b in userData)
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
            {
                return false;
            }
        }

        return Utf8.IsValid(userData);
    }
}
