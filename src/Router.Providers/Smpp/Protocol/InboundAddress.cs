using Router.Core.Segments;

namespace Router.Providers.Smpp.Protocol;

/// <summary>
/// An address of a <c>deliver_sm</c> as Router writes addresses: <c>+</c> and the number in E.164 where it is one, else as it stands (a short code, a sender's name).
/// </summary>
/// <remarks>
/// Carriers fill in type of number (TON) at will, so its word counts only where the digits can be what it says. All of it digits, after a <c>+</c>, or <c>00</c> of an international number, is cut:
/// a plus or TON 1 (international) with 7 digits or more is international; TON 2 (national), and digits that begin with one 0, are national where the account has a <c>countryCode</c>
/// (the 0 is the trunk prefix and is cut); digits of any other kind are international from 9 on, a short code below. With a <c>countryCode</c>, 9 digits or more of an unknown kind that do not
/// begin with it are national.
/// </remarks>
internal static class InboundAddress
{
    /// <summary>Room that any address needs: each byte may take two, and a plus with a country code of three digits.</summary>
    public static int SizeOf(int length) => (length * 2) + 4;

    private const byte International = 1;
    private const byte National = 2;
    private const byte Name = 5;
    private const int ShortMax = 8;
    private const int InternationalMin = 7;

    /// <summary>Writes <paramref name="address"/>; returns its length.</summary>
    /// <param name="address">As it stands in the PDU.</param>
    /// <param name="countryCode">Digits of the account's country; empty: none.</param>
    /// <param name="utf8">At least <see cref="SizeOf"/> bytes.</param>
    public static int Write(in SmppAddress address, ReadOnlySpan<byte> countryCode, Span<byte> utf8)
    {
        ReadOnlySpan<byte> value = address.Value.Trim((byte)' ');
        bool plus = value is [(byte)'+', ..];
        ReadOnlySpan<byte> digits = plus ? value[1..] : value;
        if (address.Ton == Name || digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return WriteText(value, utf8);
        }

        if (!plus && digits.Length >= InternationalMin + 2 && digits is [(byte)'0', (byte)'0', not (byte)'0', ..])
        {
            plus = true;
            digits = digits[2..];
        }

        bool international = (plus || address.Ton == International) && digits.Length >= InternationalMin && digits[0] != (byte)'0';
        if (international)
        {
            return Join("+"u8, default, digits, utf8);
        }

        if (plus || digits.Length <= ShortMax && address.Ton != National)
        {
            return WriteText(value, utf8);
        }

        bool trunk = digits is [(byte)'0', not (byte)'0', ..];
        if (countryCode.IsEmpty)
        {
            return address.Ton == National || trunk ? WriteText(value, utf8) : Join("+"u8, default, digits, utf8);
        }

        bool national = address.Ton == National || trunk || !digits.StartsWith(countryCode);
        return national ? Join("+"u8, countryCode, trunk ? digits[1..] : digits, utf8) : Join("+"u8, default, digits, utf8);
    }

    private static int Join(ReadOnlySpan<byte> plus, ReadOnlySpan<byte> countryCode, ReadOnlySpan<byte> digits, Span<byte> utf8)
    {
        plus.CopyTo(utf8);
        countryCode.CopyTo(utf8[plus.Length..]);
        digits.CopyTo(utf8[(plus.Length + countryCode.Length)..]);
        return plus.Length + countryCode.Length + digits.Length;
    }

    // Names are ASCII by the letter (SMPP 3.4 §5.2.8); bytes above it are read as Latin-1 and controls left out, so that it is valid UTF-8 whatever came.
    private static int WriteText(ReadOnlySpan<byte> value, Span<byte> utf8)
    {
        int length = 0;
        foreach (byte b in value)
        {
            length += b is < 0x20 or (>= 0x7F and < 0xA0) ? 0 : GsmText.Write((char)b, utf8[length..]);
        }

        return length;
    }
}
