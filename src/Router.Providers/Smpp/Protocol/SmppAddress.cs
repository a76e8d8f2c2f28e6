namespace Router.Providers.Smpp.Protocol;

/// <summary>
/// An address with its type of number (SMPP 3.4 §5.2.5) and numbering plan (§5.2.6), by the form of Router's canonical text.
/// </summary>
/// <remarks>
/// International numbers (<c>+39…</c>): TON 1, NPI 1, without the plus. Short codes (3 to 8 digits): TON 3 (network specific), NPI 0, what most carriers ask for.
/// Longer digits without a plus: TON 0, NPI 1, as they stand. Anything else is a sender's name: TON 5, NPI 0. None: TON 0, NPI 0, and the carrier sets its default.
/// </remarks>
internal readonly ref struct SmppAddress(byte ton, byte npi, ReadOnlySpan<byte> value)
{
    /// <summary>Longest address: 21 octets with the NUL (§4.4.1).</summary>
    public const int LengthMax = 20;

    private const int ShortCodeMax = 8;
    private const byte NetworkSpecific = 3;

    /// <summary>Type of number.</summary>
    public byte Ton { get; } = ton;

    /// <summary>Numbering plan indicator.</summary>
    public byte Npi { get; } = npi;

    /// <summary>The address without its NUL.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>Whether <see cref="Of"/> took it for a short code.</summary>
    public bool IsShortCode => Ton == NetworkSpecific;

    /// <summary>Whether it can stand in a PDU: at most 20 octets of printable ASCII.</summary>
    public bool Fits => Value.Length <= LengthMax && !Value.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    /// <summary>The address of a canonical text.</summary>
    public static SmppAddress Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return new SmppAddress(0, 0, text);
        }

        bool plus = text[0] == (byte)'+';
        ReadOnlySpan<byte> digits = plus ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return new SmppAddress(5, 0, text);
        }

        return plus ? new SmppAddress(1, 1, digits) : digits.Length <= ShortCodeMax ? new SmppAddress(NetworkSpecific, 0, digits) : new SmppAddress(0, 1, digits);
    }
}
