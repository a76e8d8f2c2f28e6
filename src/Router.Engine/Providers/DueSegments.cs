namespace Router.Engine.Providers;

/// <summary>Which segments of a departure are to be sent, and the end of its record.</summary>
public static class DueSegments
{
    /// <summary>Whether <paramref name="segment"/> (from 0) has no outcome yet.</summary>
    public static bool IsDue(in Departure departure, int segment)
    {
        byte[]? done = departure.SegmentsDone;
        return done is null || segment >> 3 >= done.Length || ((done[segment >> 3] >> (segment & 7)) & 1) == 0;
    }

    /// <summary>The first segment due at or after <paramref name="from"/>; the end (first + count) when there is none.</summary>
    public static int Next(in Departure departure, int from)
    {
        int end = End(departure);
        int segment = Math.Max(from, departure.FirstSegment);
        while (segment < end && !IsDue(departure, segment))
        {
            segment++;
        }

        return segment;
    }

    /// <summary>One past the last segment to send.</summary>
    public static int End(in Departure departure) => departure.FirstSegment + departure.SegmentCount;

    /// <summary>Gives the record back to its pool, wiped.</summary>
    public static void ReturnRecord(ref Departure departure)
    {
        byte[] record = departure.Record;
        departure.Record = [];
        if (record is { Length: > 0 })
        {
            RecordPool.Shared.Return(record, departure.RecordLength);
        }
    }
}
