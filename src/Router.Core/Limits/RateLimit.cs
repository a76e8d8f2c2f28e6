namespace Router.Core.Limits;

/// <summary>
/// Counts departures so that no window of one second, wherever it begins, holds more than N of them (R3.1, DESIGN §4.5). Single-threaded: it belongs to a lender.
/// Time is in buckets of a <see cref="RateClock"/> and never goes back; an earlier one counts as the latest seen.
/// </summary>
/// <remarks>
/// Hot path. <c>LimitsBenchmark</c>, 0 B, constant time amortised; 1.1 KiB a limit.
/// A window of one second, both ends included, touches at most 251 buckets, so the sum of any 251 is kept at N or below: under load N departures in
/// 1.004 s, 0.996 N. What is lent ahead (a slice) is counted at the slice's last bucket, which may be up to <see cref="AheadMax"/> away, and everything ahead counts as used: two departures that are at
/// most a second apart are then always in one sum, at the time when the later slice is lent, wherever inside their slices they leave.
/// Refused: a token bucket (lets 2 N through in a window that begins at the right moment), a log of timestamps (N of them), floating point (drifts).
/// </remarks>
public sealed class RateLimit
{
    /// <summary>N at most.</summary>
    public const int PerSecondMax = 1_000_000;

    /// <summary>How far ahead departures may be counted, in buckets: 48 ms, more than the 40 ms that a slice may last.</summary>
    public const int AheadMax = 12;

    /// <summary>Buckets that a window of one second can touch.</summary>
    public const int WindowBuckets = RateClock.BucketsPerSecond + 1;

    private const int RingLength = WindowBuckets + AheadMax;

    private readonly int[] ring = new int[RingLength];
    private long now;
    private long used;

    // No bucket before it holds anything: NextAt need not look at the empty ones again.
    private long first;

    /// <summary>Makes a limit that has counted nothing.</summary>
    /// <param name="perSecond">N, 1 to <see cref="PerSecondMax"/>; <see cref="int.MaxValue"/>: counts but does not limit.</param>
    public RateLimit(int perSecond) => PerSecond = perSecond;

    /// <summary>N. It may be changed at any time; a lower one takes what was counted before into account.</summary>
    public int PerSecond { get; set; }

    /// <summary>How many may depart from now on, until something is counted.</summary>
    public int Available(long bucket)
    {
        MoveTo(bucket);
        return (int)Math.Max(0, PerSecond - used);
    }

    /// <summary>Counts <paramref name="count"/> departures that happen at <paramref name="atBucket"/> or before. One that has passed counts as now.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Further ahead than <see cref="AheadMax"/>, or a negative count.</exception>
    public void Count(long atBucket, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(atBucket, now + AheadMax);
        atBucket = Math.Max(atBucket, now);
        ring[Index(atBucket)] += count;
        first = used == 0 ? atBucket : Math.Min(first, atBucket);
        used += count;
    }

    /// <summary>Takes back what <see cref="Count"/> counted at <paramref name="atBucket"/>: departures that have not happened and never will. Nothing if the window has left it behind.</summary>
    public void Uncount(long atBucket, int count)
    {
        if (atBucket <= now - WindowBuckets || atBucket > now + AheadMax)
        {
            return;
        }

        ref int counted = ref ring[Index(atBucket)];
        int taken = Math.Clamp(count, 0, counted);
        counted -= taken;
        used -= taken;
    }

    /// <summary>
    /// The bucket from which on <paramref name="count"/> departures are available if nothing more is counted; <paramref name="bucket"/> itself if they are now. More than N counts as N.
    /// </summary>
    public long NextAt(long bucket, int count)
    {
        MoveTo(bucket);
        long missing = Math.Min(count, PerSecond) - (PerSecond - used);
        if (missing <= 0)
        {
            return now;
        }

        // So much was counted in the window, so the loops end within it.
        first = Math.Max(first, now - RateClock.BucketsPerSecond);
        while (ring[Index(first)] == 0)
        {
            first++;
        }

        long at = first;
        while ((missing -= ring[Index(at)]) > 0)
        {
            at++;
        }

        return at + WindowBuckets;
    }

    /// <summary>Nothing counted can still matter: a new limit would answer the same.</summary>
    public bool IsIdle(long bucket)
    {
        MoveTo(bucket);
        return used == 0;
    }

    private static int Index(long bucket) => (int)(bucket % RingLength);

    private void MoveTo(long bucket)
    {
        if (bucket <= now)
        {
            return;
        }

        if (used == 0 || bucket - now >= RingLength)
        {
            // All that was counted lies behind the new window.
            if (used != 0)
            {
                Array.Clear(ring);
                used = 0;
            }

            now = bucket;
            return;
        }

        // The places that come free at the end of the ring are those that leave the window.
        for (long leaves = Math.Max(0, now - RateClock.BucketsPerSecond); leaves < bucket - RateClock.BucketsPerSecond; leaves++)
        {
            ref int counted = ref ring[Index(leaves)];
            used -= counted;
            counted = 0;
        }

        now = bucket;
    }
}
