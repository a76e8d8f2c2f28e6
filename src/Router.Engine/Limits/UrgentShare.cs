using Router.Core.Limits;

namespace Router.Engine.Limits;

/// <summary>
/// What one purpose takes of a limit: in the present second, and in the busiest of the last ten or so. So much is left to it by those behind it, who would else take each departure as it comes free: a one-time
/// password would wait for the next one beside every campaign, which is up to a second. Single-threaded, as its lender.
/// </summary>
internal sealed class UrgentShare
{
    private const long RememberedBuckets = 10L * RateClock.BucketsPerSecond;
    private readonly RateLimit window = new(int.MaxValue);
    private int most;
    private long mostAt;

    /// <summary>Departures within the second that ends now.</summary>
    public int Used(long bucket) => int.MaxValue - window.Available(bucket);

    /// <summary>Departures that a second may bring: an eighth and one more than the busiest did, as who comes evenly finds its last departure not yet forgotten.</summary>
    public int Needed(long bucket)
    {
        Look(bucket);
        return most == 0 ? 0 : most + (most / 8) + 1;
    }

    /// <summary>Counts departures that happen at <paramref name="end"/> or before.</summary>
    public void Count(long bucket, long end, int count)
    {
        Look(bucket); // before it: what is asked for may be given back
        window.Count(end, count);
    }

    /// <summary>Takes back what was counted at <paramref name="bucket"/> and never departs: it was never needed, whoever looked in between.</summary>
    public void Uncount(long bucket, long end, int count)
    {
        window.Uncount(end, count);
        most -= mostAt >= bucket ? Math.Min(count, most) : 0;
    }

    private void Look(long bucket)
    {
        int used = Used(bucket);
        if (used >= most || bucket - mostAt > RememberedBuckets)
        {
            most = used;
            mostAt = bucket;
        }
    }
}
