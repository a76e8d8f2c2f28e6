namespace Router.Core.Addresses;

/// <summary>
/// Numbers in E.164 (§6.2.1: at most 15 digits, country code included). Written with <c>+</c>, without separators: <c>sms:+39 333</c> is refused rather than
/// repaired, because a repaired number that was cut or joined wrongly is somebody else's. Seven digits at least: shorter ones are short codes or local numbers.
/// </summary>
/// <remarks>Hot path. <c>DecodeBenchmark</c>, 0 B. Whether the plan has such a number is the provider's or a numbering plan's verdict (DESIGN §6), not a matter of form.</remarks>
internal static class PhoneNumber
{
    private const int DigitsMin = 7;
    private const int DigitsMax = 15;

    /// <summary>Checks <paramref name="value"/> (not empty) and copies it, <c>+</c> included.</summary>
    public static AddressReason Canonicalise(ReadOnlySpan<byte> value, Span<byte> buffer, out int length)
    {
        length = 0;
        if (value[0] != '+')
        {
            return AddressReason.PlusMissing;
        }

        ReadOnlySpan<byte> digits = value[1..];
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return AddressReason.NotADigit;
        }

        // The zero first: "+00393331234567" also has too many digits, but the zeros are what to mend.
        if (!digits.IsEmpty && digits[0] == '0')
        {
            return AddressReason.LeadingZero;
        }

        if (digits.Length < DigitsMin)
        {
            return AddressReason.TooFewDigits;
        }

        if (digits.Length > DigitsMax)
        {
            return AddressReason.TooManyDigits;
        }

        value.CopyTo(buffer);
        length = value.Length;
        return AddressReason.None;
    }
}
