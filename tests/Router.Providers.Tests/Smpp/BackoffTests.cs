using Router.Providers.Smpp;

namespace Router.Providers.Tests.Smpp;

public sealed class BackoffTests
{
    [Fact]
    public void Delays_double_from_200_ms_to_30_s_with_jitter()
    {
        var backoff = new Backoff(1);
        double expected = 200;
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(backoff.Next(credentials: false).TotalMilliseconds, expected * 0.8, expected * 1.2);
            expected = Math.Min(expected * 2, 30_000);
        }

        backoff.Reset();
        Assert.InRange(backoff.Next(credentials: false).TotalMilliseconds, 160, 240);
    }

    [Fact]
    public void Refused_credentials_wait_a_minute_at_least_and_ten_or_so_at_most()
    {
        var backoff = new Backoff(1);
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(backoff.Next(credentials: true).TotalSeconds, 60, 720);
        }
    }
}
