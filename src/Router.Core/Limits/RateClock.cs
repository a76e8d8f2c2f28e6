namespace Router.Core.Limits;

/// <summary>
/// Cuts a monotonic clock into the buckets in which <see cref="RateLimit"/> counts: 250 a second, 4 ms each. Integers only, so nothing drifts.
/// </summary>
/// <remarks>
/// Hot path. <c>LimitsBenchmark</c>, 0 B. <c>BucketAt(t + one second) = BucketAt(t) + 250</c> holds exactly for every frequency, also one that 250 does not
/// divide: each second is cut alike, its buckets differ by at most a tick.
/// </remarks>
/// <param name="Frequency">Timestamps a second, as <see cref="TimeProvider.TimestampFrequency"/>; 1,000 or more.</param>
public readonly record struct RateClock(long Frequency)
{
    /// <summary>Length of a bucket, milliseconds.</summary>
    public const int BucketMs = 4;

    /// <summary>Buckets a second.</summary>
    public const int BucketsPerSecond = 1_000 / BucketMs;

    /// <summary>The bucket of a timestamp; a negative timestamp counts as 0.</summary>
    public long BucketAt(long timestamp)
    {
        (long seconds, long rest) = Math.DivRem(Math.Max(timestamp, 0), Frequency);
        return (seconds * BucketsPerSecond) + (rest * BucketsPerSecond / Frequency);
    }

    /// <summary>The first timestamp of a bucket.</summary>
    public long StartOf(long bucket)
    {
        (long seconds, long rest) = Math.DivRem(bucket, BucketsPerSecond);
        return (seconds * Frequency) + (((rest * Frequency) + BucketsPerSecond - 1) / BucketsPerSecond);
    }

    /// <summary>The last timestamp of a bucket.</summary>
    public long EndOf(long bucket) => StartOf(bucket + 1) - 1;
}
