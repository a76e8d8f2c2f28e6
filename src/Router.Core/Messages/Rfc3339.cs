namespace Router.Core.Messages;

/// <summary>Reads RFC 3339 §5.6 times. Stricter than .NET's parsers, which take times without an offset and many other forms.</summary>
/// <remarks>Hot path (scheduled messages). 0 B.</remarks>
public static class Rfc3339
{
    private const int DaysTo1970 = 719_468; // from 0000-03-01, the start of the arithmetic's first era, to 1970-01-01

    /// <summary>
    /// Reads <c>2026-11-24T09:30:00Z</c>, with any number of fractional digits and <c>Z</c> or an offset; the letters in either case. A fraction finer than a millisecond is rounded up, so that
    /// "not before" holds. A leap second (23:59:60 UTC) is the second after it.
    /// </summary>
    /// <param name="text">ASCII.</param>
    /// <param name="unixMs">Milliseconds since 1970, negative before.</param>
    /// <returns>False for anything else, a date that the calendar lacks included.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long unixMs)
    {
        unixMs = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        int year = (Two(text) * 100) + Two(text[2..]);
        int month = Two(text[5..]);
        int day = Two(text[8..]);
        int hour = Two(text[11..]);
        int minute = Two(text[14..]);
        int second = Two(text[17..]);
        if (Two(text) < 0 || Two(text[2..]) < 0 || year == 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[19..];
        if (!TryTakeFraction(ref rest, out int milliseconds) || !TryReadOffset(rest, out int offsetMinutes))
        {
            return false;
        }

        long seconds = (DaysSince1970(year, month, day) * 86_400L) + (hour * 3_600) + (minute * 60) + second - (offsetMinutes * 60);
        unixMs = (seconds * 1_000) + milliseconds;
        return second < 60 || seconds % 86_400 == 0;
    }

    /// <summary>Two digits; -1 when they are none.</summary>
    private static int Two(ReadOnlySpan<byte> digits)
    {
        uint tens = (uint)(digits[0] - '0');
        uint ones = (uint)(digits[1] - '0');
        return tens <= 9 && ones <= 9 ? (int)((tens * 10) + ones) : -1;
    }

    private static bool TryTakeFraction(ref ReadOnlySpan<byte> rest, out int milliseconds)
    {
        milliseconds = 0;
        if (rest[0] != '.')
        {
            return true;
        }

        int end = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> digits = rest.Slice(1, end);
        for (int i = 0; i < 3; i++)
        {
            milliseconds = (milliseconds * 10) + (i < digits.Length ? digits[i] - '0' : 0);
        }

        if (digits.Length > 3 && digits[3..].ContainsAnyExcept((byte)'0'))
        {
            milliseconds++;
        }

        rest = rest[(end + 1)..];
        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> rest, out int minutes)
    {
        minutes = 0;
        if (rest.Length == 1)
        {
            return (rest[0] | 0x20) == 'z';
        }

        if (rest.Length != 6 || rest[0] is not ((byte)'+' or (byte)'-') || rest[3] != ':')
        {
            return false;
        }

        int hour = Two(rest[1..]);
        int minute = Two(rest[4..]);
        minutes = (rest[0] == '-' ? -1 : 1) * ((hour * 60) + minute);
        return hour is >= 0 and <= 23 && minute is >= 0 and <= 59;
    }

    /// <summary>Days since 1970-01-01 of the proleptic Gregorian calendar, counted from the first of March so that the leap day comes last.</summary>
    private static int DaysSince1970(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int monthFromMarch = (month + 9) % 12;
        return (y * 365) + (y / 4) - (y / 100) + (y / 400) + (((monthFromMarch * 153) + 2) / 5) + day - 1 - DaysTo1970;
    }
}
