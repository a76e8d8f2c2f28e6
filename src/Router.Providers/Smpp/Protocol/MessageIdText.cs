using System.Globalization;

namespace Router.Providers.Smpp.Protocol;

/// <summary>
/// Canonical forms of a carrier's message id. Carriers answer <c>submit_sm</c> with the id in one base and name it in receipts in the other, with or without leading
/// zeros, in either case (SMPP 3.4 leaves it open, §5.2.23).
/// </summary>
/// <remarks>Hot path, 0 B. All forms: spaces and NULs around it cut, lower case, and no leading zeros where all of it is hexadecimal digits.</remarks>
internal static class MessageIdText
{
    /// <summary>Longest id without its NUL (§5.2.23).</summary>
    public const int LengthMax = 64;

    /// <summary>Room that any form needs: 39 decimal digits of 128 bits fit too.</summary>
    public const int SizeMax = LengthMax;

    /// <summary>The id as it stands, canonical; 0: empty or longer than <see cref="LengthMax"/>.</summary>
    public static int Literal(ReadOnlySpan<byte> id, Span<byte> destination)
    {
        id = id.Trim("\0 \t\r\n"u8);
        if (id.IsEmpty || id.Length > LengthMax)
        {
            return 0;
        }

        bool hexadecimal = true;
        for (int i = 0; i < id.Length; i++)
        {
            byte c = id[i];
            c = c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
            hexadecimal &= char.IsAsciiHexDigitLower((char)c);
            destination[i] = c;
        }

        if (!hexadecimal)
        {
            return id.Length;
        }

        Span<byte> written = destination[..id.Length];
        int zeros = Math.Max(written.IndexOfAnyExcept((byte)'0'), 0);
        zeros = written[zeros] == (byte)'0' ? written.Length - 1 : zeros; // all zeros: one stays
        written[zeros..].CopyTo(destination);
        return written.Length - zeros;
    }

    /// <summary>Reads a canonical literal as hexadecimal and writes it in decimal; 0 when it is none of up to 128 bits.</summary>
    public static int HexToDecimal(ReadOnlySpan<byte> literal, Span<byte> destination) =>
        ulong.TryParse(literal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? Written(value, default, destination)
        : literal.Length <= 32 && UInt128.TryParse(literal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 wide) ? Written(wide, default, destination)
        : 0;

    /// <summary>Reads a canonical literal as decimal and writes it in lower-case hexadecimal; 0 when it is none of up to 128 bits.</summary>
    public static int DecimalToHex(ReadOnlySpan<byte> literal, Span<byte> destination) =>
        literal.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? 0
        : ulong.TryParse(literal, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? Written(value, "x", destination)
        : UInt128.TryParse(literal, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 wide) ? Written(wide, "x", destination)
        : 0;

    // 64 bits are what carriers use; 128 are rarer and five times as slow.
    private static int Written<T>(T value, ReadOnlySpan<char> format, Span<byte> destination)
        where T : IUtf8SpanFormattable =>
        value.TryFormat(destination, out int written, format, CultureInfo.InvariantCulture) ? written : 0;
}
