namespace Router.Core.Times;

/// <summary>
/// Quiet hours on wall clocks: when the next ones begin and end. Cold: some 20 µs a zone. Works with any offset and any change of it that holds for a quarter of an hour at least.
/// </summary>
internal readonly record struct QuietWindow(int FromMinute, int ToMinute)
{
    private const long MinuteMs = 60_000;
    private const long DayMs = 24 * 60 * MinuteMs;
    private const long StepMs = 15 * MinuteMs;

    // Two days: a change of clocks can skip the quiet hours of one day, and some zones were moved over the date line.
    private const long LookAheadMs = 2 * DayMs;

    /// <summary>The quiet of <paramref name="zones"/> that holds at <paramref name="nowMs"/> (Unix ms) or comes next; it is quiet while it is in any of them.</summary>
    public QuietDay DayOf(TimeZoneInfo[] zones, long nowMs)
    {
        long lastMs = nowMs + LookAheadMs;
        long fromMs = lastMs;
        foreach (TimeZoneInfo zone in zones)
        {
            fromMs = IsQuiet(zone, nowMs) ? nowMs : Math.Min(fromMs, NextChange(zone, nowMs, lastMs));
        }

        long toMs = fromMs;
        for (bool quiet = fromMs < lastMs; quiet && toMs < lastMs;)
        {
            quiet = false;
            foreach (TimeZoneInfo zone in zones)
            {
                if (IsQuiet(zone, toMs))
                {
                    quiet = true;
                    toMs = NextChange(zone, toMs, lastMs);
                }
            }
        }

        return new QuietDay(nowMs, fromMs, toMs);
    }

    private bool IsQuiet(TimeZoneInfo zone, long atMs) => IsQuiet(atMs + OffsetMs(zone, atMs));

    private bool IsQuiet(long wallMs)
    {
        long minute = (((wallMs % DayMs) + DayMs) % DayMs) / MinuteMs;
        return FromMinute < ToMinute ? minute >= FromMinute && minute < ToMinute : minute >= FromMinute || minute < ToMinute;
    }

    // The first moment after atMs at which the zone's wall clock enters or leaves the window; not after lastMs.
    private long NextChange(TimeZoneInfo zone, long atMs, long lastMs)
    {
        bool quiet = IsQuiet(zone, atMs);
        while (atMs < lastMs)
        {
            long offsetMs = OffsetMs(zone, atMs);
            long wallMs = atMs + offsetMs;
            long edge = (quiet ? ToMinute : FromMinute) * MinuteMs;
            long changeMs = Math.Min(lastMs, atMs + ((((edge - wallMs) % DayMs) + DayMs) % DayMs));
            long shiftMs = NextShift(zone, atMs, changeMs, offsetMs);
            if (shiftMs >= changeMs)
            {
                return changeMs;
            }

            atMs = shiftMs;
            if (IsQuiet(zone, atMs) != quiet)
            {
                return atMs;
            }
        }

        return lastMs;
    }

    // The first moment after atMs at which the zone has another offset; toMs when there is none before it.
    private static long NextShift(TimeZoneInfo zone, long atMs, long toMs, long offsetMs)
    {
        while (atMs < toMs)
        {
            long nextMs = Math.Min(atMs + StepMs, toMs);
            if (OffsetMs(zone, nextMs) != offsetMs)
            {
                while (nextMs - atMs > 1)
                {
                    long middleMs = atMs + ((nextMs - atMs) / 2);
                    (atMs, nextMs) = OffsetMs(zone, middleMs) == offsetMs ? (middleMs, nextMs) : (atMs, middleMs);
                }

                return nextMs;
            }

            atMs = nextMs;
        }

        return toMs;
    }

    private static long OffsetMs(TimeZoneInfo zone, long atMs) => (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(atMs)).TotalMilliseconds;
}
