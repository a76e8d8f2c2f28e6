namespace Router.Providers.Smpp.Protocol;

/// <summary>Times of SMPP 3.4 §7.1.1: <c>YYMMDDhhmmsstnnp</c>, absolute with <c>+</c> or <c>-</c>, relative with <c>R</c>.</summary>
internal static class SmppTime
{
    /// <summary>Characters of a time, without the NUL.</summary>
    public const int Size = 16;

    /// <summary>Longest relative time written: 30 days, 23:59:59; carriers keep a message a week at most.</summary>
    private const long SecondsMax = (31L * 24 * 3600) - 1;

    /// <summary>Writes a relative time of <paramref name="ms"/> ms, rounded up to whole seconds and cut to 30 days, 23:59:59; returns <see cref="Size"/>.</summary>
    public static int WriteRelative(long ms, Span<byte> destination)
    {
        long seconds = Math.Clamp((ms + 999) / 1000, 1, SecondsMax);
        "000000000000000R"u8.CopyTo(destination);
        TwoDigits(destination[4..], seconds / 86_400);
        TwoDigits(destination[6..], seconds / 3_600 % 24);
        TwoDigits(destination[8..], seconds / 60 % 60);
        TwoDigits(destination[10..], seconds % 60);
        return Size;
    }

    /// <summary>Reads a time as Unix ms; a relative one counts from <paramref name="nowMs"/>, with months of 30 days and years of 365 as there is no calendar to it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, long nowMs, out long unixMs)
    {
        unixMs = 0;
        if (text.Length != Size || text[..15].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        int year = Number(text);
        int month = Number(text[2..]);
        int day = Number(text[4..]);
        int hour = Number(text[6..]);
        int minute = Number(text[8..]);
        int second = Number(text[10..]);
        if (text[15] == (byte)'R')
        {
            long days = (year * 365L) + (month * 30L) + day;
            unixMs = nowMs + ((((((days * 24) + hour) * 60) + minute) * 60) + second) * 1000;
            return true;
        }

        if (text[15] is not ((byte)'+' or (byte)'-') || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(2000 + year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        int quarters = Number(text[13..]);
        if (quarters > 48)
        {
            return false;
        }

        long local = new DateTimeOffset(2000 + year, month, day, hour, minute, second, TimeSpan.Zero).ToUnixTimeMilliseconds() + ((text[12] - '0') * 100);
        unixMs = local + (quarters * 900_000L * (text[15] == (byte)'+' ? -1 : 1));
        return true;
    }

    private static void TwoDigits(Span<byte> destination, long value)
    {
        destination[0] = (byte)('0' + (value / 10));
        destination[1] = (byte)('0' + (value % 10));
    }

    private static int Number(ReadOnlySpan<byte> text) => ((text[0] - '0') * 10) + text[1] - '0';
}
