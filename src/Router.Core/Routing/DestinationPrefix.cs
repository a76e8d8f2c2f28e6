namespace Router.Core.Routing;

/// <summary>
/// The first digits (at most six) of an E.164 number: all of an address that routing needs and that is kept in clear (DESIGN §8).
/// Packed in 24 bits: 20 of value, 3 of length. Zero: no digits.
/// </summary>
public readonly record struct DestinationPrefix(uint Packed)
{
    /// <summary>Digits kept at most.</summary>
    public const int DigitsMax = 6;

    /// <summary>Number of digits, 0 to 6.</summary>
    public int Length => (int)(Packed >> 20);

    /// <summary>The digits as a number.</summary>
    public int Value => (int)(Packed & 0xF_FFFF);

    /// <summary>The first six digits of <paramref name="e164"/>; a leading <c>+</c> is skipped, anything after the digits ignored.</summary>
    public static DestinationPrefix Of(ReadOnlySpan<byte> e164)
    {
        if (!e164.IsEmpty && e164[0] == '+')
        {
            e164 = e164[1..];
        }

        uint value = 0;
        int length = 0;
        while (length < DigitsMax && length < e164.Length && e164[length] is >= (byte)'0' and <= (byte)'9')
        {
            value = (value * 10) + (uint)(e164[length++] - '0');
        }

        return new DestinationPrefix(((uint)length << 20) | value);
    }
}
