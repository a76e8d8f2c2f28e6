using FsCheck.Xunit;
using Router.Core.Limits;

namespace Router.Core.Tests.Limits;

public sealed class RateLimitTests
{
    private static readonly long[] Frequencies = [1_000, 1_193_182, 10_000_000, 1_000_000_000];

    [Property(MaxTest = 60)]
    public void Any_sequence_of_asks_keeps_every_window_of_one_second(int seed)
    {
        var random = new Random(seed);
        var clock = new RateClock(Frequencies[random.Next(Frequencies.Length)]);
        int perSecond = random.Next(1, random.Next(2) == 0 ? 6 : 2_000);
        var limit = new RateLimit(perSecond);
        var departures = new Departures();
        long now = random.NextInt64(1_000_000_000_000);
        for (int ask = 0; ask < 1_000; ask++)
        {
            now += Step(random, clock.Frequency);
            long bucket = clock.BucketAt(now);
            int n = Math.Min(limit.Available(bucket), random.Next(1, perSecond + 1));
            if (n == 0)
            {
                Assert.Equal(0, limit.Available(bucket));
                continue;
            }

            // A slice: lent now, counted at its end, used anywhere inside, perhaps in part.
            long end = bucket + random.Next(RateLimit.AheadMax + 1);
            limit.Count(end, n);
            int unused = random.Next(4) == 0 ? random.Next(n + 1) : 0;
            if (random.Next(2) == 0)
            {
                limit.Uncount(end, unused);
            }

            for (int left = n - unused; left > 0;)
            {
                int together = random.Next(1, left + 1);
                departures.Add(random.NextInt64(now, clock.EndOf(end) + 1), together);
                left -= together;
            }
        }

        Assert.InRange(departures.MostIn(clock.Frequency), 0, perSecond);
    }

    [Property(MaxTest = 60)]
    public void A_rate_that_changes_keeps_every_window_at_the_highest_rate_in_it(int seed)
    {
        var random = new Random(seed);
        var clock = new RateClock(10_000_000);
        var limit = new RateLimit(100);
        var departures = new Departures();
        long now = 0;
        for (int ask = 0; ask < 2_000; ask++)
        {
            now += Step(random, clock.Frequency);
            limit.PerSecond = random.Next(20, 101);
            int n = limit.Available(clock.BucketAt(now));
            limit.Count(clock.BucketAt(now), n);
            departures.Add(now, n);
        }

        Assert.InRange(departures.MostIn(clock.Frequency), 0, 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void Under_load_at_least_95_of_100_leave(int perSecond)
    {
        var clock = new RateClock(10_000_000);
        var limit = new RateLimit(perSecond);
        var departures = new Departures();
        long now = 0;
        long end = 60 * clock.Frequency;
        while (now < end)
        {
            long bucket = clock.BucketAt(now);
            int n = limit.Available(bucket);
            limit.Count(bucket, n);
            departures.Add(now, n);
            now = Math.Max(now + 1, clock.StartOf(limit.NextAt(bucket, 1)));
        }

        Assert.InRange(departures.MostIn(clock.Frequency), 0, perSecond);
        Assert.InRange(departures.Total, 0.95 * perSecond * 60, double.MaxValue);
    }

    [Property(MaxTest = 50)]
    public void It_says_exactly_when_so_many_are_available(int seed)
    {
        var random = new Random(seed);
        int perSecond = random.Next(1, 50);
        var limit = new RateLimit(perSecond);
        long bucket = random.Next(600);
        for (int ask = 0; ask < 300; ask++)
        {
            bucket += random.Next(30);
            int wanted = random.Next(1, perSecond + 10);
            long at = limit.NextAt(bucket, wanted);
            Assert.True(at >= bucket);
            int reachable = Math.Min(wanted, perSecond);
            if (at > bucket)
            {
                bucket = at - 1;
                Assert.True(limit.Available(bucket) < reachable);
            }

            bucket = at;
            Assert.True(limit.Available(bucket) >= reachable);
            limit.Count(bucket + random.Next(RateLimit.AheadMax + 1), random.Next(reachable + 1));
        }
    }

    [Fact]
    public void A_clock_that_seems_to_go_back_frees_nothing()
    {
        var limit = new RateLimit(5);
        limit.Available(1_000);
        limit.Count(1_000, 5);
        Assert.Equal(0, limit.Available(10));
        Assert.Equal(0, limit.Available(1_250));
        Assert.Equal(5, limit.Available(1_251));
    }

    [Fact]
    public void What_is_counted_too_far_ahead_is_refused_not_lost()
    {
        var limit = new RateLimit(5);
        limit.Available(1_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => limit.Count(1_001 + RateLimit.AheadMax, 1));
        limit.Count(1_000 + RateLimit.AheadMax, 5);
        Assert.Equal(0, limit.Available(1_000 + RateLimit.AheadMax + 250));
        Assert.Equal(5, limit.Available(1_000 + RateLimit.AheadMax + 251));
    }

    [Fact]
    public void What_is_taken_back_late_or_twice_does_not_widen_the_limit()
    {
        var limit = new RateLimit(5);
        limit.Available(1_000);
        limit.Count(1_003, 3);
        limit.Uncount(1_003, 9);
        Assert.Equal(5, limit.Available(1_000));
        limit.Count(1_003, 3);

        // 263 buckets later the place in the ring belongs to another one.
        Assert.Equal(5, limit.Available(1_003 + 263));
        limit.Count(1_003 + 263, 4);
        limit.Uncount(1_003, 3);
        Assert.Equal(1, limit.Available(1_003 + 263));
    }

    // Mostly within a second, sometimes none, sometimes days.
    private static long Step(Random random, long frequency) => random.Next(20) switch
    {
        < 4 => 0,
        < 16 => random.NextInt64((frequency / 50) + 1),
        < 19 => random.NextInt64(frequency * 2),
        _ => random.NextInt64(frequency * 100_000),
    };
}
