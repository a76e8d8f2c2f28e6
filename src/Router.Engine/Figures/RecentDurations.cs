using System.Numerics;

namespace Router.Engine.Figures;

/// <summary>
/// How long something took lately: counts by duration over the last minute, for quantiles that people look at. Any thread adds; 0 B. The counts lie in six windows of ten seconds, the
/// oldest of which is emptied as a new one begins. Two additions that meet at that moment may lose one: it is a figure, not a proof.
/// </summary>
/// <remarks>Buckets are a quarter of a power of two of microseconds wide, so that a quantile is at most 25 % above what it was: 6 × 160 × 8 B = 7.5 KiB.</remarks>
public sealed class RecentDurations
{
    private const int Windows = 6;
    private const int WindowMs = 10_000;
    private const int BucketBits = 2;
    private const int Buckets = 40 << BucketBits;
    private readonly long[][] counts = [.. Enumerable.Range(0, Windows).Select(static _ => new long[Buckets])];
    private readonly long[] begun = new long[Windows];

    /// <summary>Counts a duration.</summary>
    /// <param name="took">Zero or more; what is longer than 12 days counts as that.</param>
    /// <param name="nowMs">A clock in milliseconds that does not go back much.</param>
    public void Add(TimeSpan took, long nowMs)
    {
        long turn = nowMs / WindowMs;
        int window = (int)(turn % Windows);
        long was = Volatile.Read(ref begun[window]);
        if (was != turn && Interlocked.CompareExchange(ref begun[window], turn, was) == was)
        {
            Array.Clear(counts[window]);
        }

        Interlocked.Increment(ref counts[window][BucketOf((long)Math.Max(took.TotalMicroseconds, 0))]);
    }

    /// <summary>The duration that a share of those of the last minute did not exceed; null: there were none.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="nowMs">The same clock.</param>
    public TimeSpan? Quantile(double share, long nowMs)
    {
        long turn = nowMs / WindowMs;
        Span<long> sums = stackalloc long[Buckets];
        long all = 0;
        for (int window = 0; window < Windows; window++)
        {
            if (turn - Volatile.Read(ref begun[window]) >= Windows)
            {
                continue;
            }

            for (int i = 0; i < Buckets; i++)
            {
                long count = Volatile.Read(ref counts[window][i]);
                sums[i] += count;
                all += count;
            }
        }

        if (all == 0)
        {
            return null;
        }

        long left = Math.Max((long)Math.Ceiling(all * share), 1);
        int at = 0;
        while (left > sums[at])
        {
            left -= sums[at++];
        }

        return TimeSpan.FromMicroseconds(EndOf(at));
    }

    // The power of two, then its quarter.
    private static int BucketOf(long microseconds)
    {
        if (microseconds < 1 << BucketBits)
        {
            return (int)microseconds;
        }

        int power = BitOperations.Log2((ulong)microseconds);
        return Math.Min(((power - BucketBits + 1) << BucketBits) + (int)((microseconds >> (power - BucketBits)) & ((1 << BucketBits) - 1)), Buckets - 1);
    }

    private static long EndOf(int bucket)
    {
        int power = (bucket >> BucketBits) + BucketBits - 1;
        return bucket < 1 << BucketBits ? bucket + 1 : (1L << power) + (((bucket & ((1 << BucketBits) - 1)) + 1L) << (power - BucketBits));
    }
}
