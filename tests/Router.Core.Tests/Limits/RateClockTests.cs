using Router.Core.Limits;

namespace Router.Core.Tests.Limits;

public sealed class RateClockTests
{
    // TimeProvider's, Stopwatch's, some that 250 does not divide.
    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000_000)]
    [InlineData(1_000_000_000)]
    [InlineData(1_193_182)]
    [InlineData(2_899_999_999)]
    public void A_second_is_250_buckets_wherever_it_begins(long frequency)
    {
        var clock = new RateClock(frequency);
        var random = new Random(17);
        for (int i = 0; i < 20_000; i++)
        {
            long at = random.NextInt64(1L << random.Next(10, 62));
            long bucket = clock.BucketAt(at);
            Assert.Equal(bucket + 250, clock.BucketAt(at + frequency));
            Assert.InRange(at, clock.StartOf(bucket), clock.EndOf(bucket));
            Assert.Equal(bucket, clock.BucketAt(clock.StartOf(bucket)));
            Assert.Equal(bucket, clock.BucketAt(clock.EndOf(bucket)));
        }
    }
}
