using Router.Providers.Smpp;

namespace Router.Providers.Tests.Smpp;

public sealed class PaceTests
{
    /// <summary>A carrier that takes so many in each second, and refuses a share of the rest by chance; asks for a submit every tenth of a ms. Returns taken and refused a second.</summary>
    private static (int[] Taken, int[] Refused) Run(Pace pace, int seconds, int limit, double chance, int attemptsPerMs = 10, long from = 0)
    {
        var random = new Random(1);
        int[] taken = new int[seconds];
        int[] refused = new int[seconds];
        for (long ms = 0; ms < seconds * 1_000; ms++)
        {
            int second = (int)(ms / 1_000);
            for (int i = 0; i < attemptsPerMs && pace.TryTake(from + ms); i++)
            {
                bool throttled = taken[second] >= limit || random.NextDouble() < chance;
                taken[second] += throttled ? 0 : 1;
                refused[second] += throttled ? 1 : 0;
                pace.Answered(from + ms, throttled, out _);
            }
        }

        return (taken, refused);
    }

    [Fact]
    public void Without_a_throttled_answer_it_does_not_limit()
    {
        var pace = new Pace();
        Assert.Equal(30_000, Run(pace, 3, int.MaxValue, 0).Taken.Sum());
        Assert.False(pace.Limited);
        Assert.Equal(int.MaxValue, pace.Ahead(3_000));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void A_hard_limit_is_used_and_met_with_few_refusals(int limit)
    {
        (int[] taken, int[] refused) = Run(new Pace(), 120, limit, 0);
        Assert.InRange(taken.Skip(20).Sum(), 0.90 * limit * 100, limit * 100);
        Assert.InRange(refused.Skip(20).Sum(), 0, 0.12 * limit * 100);
    }

    [Fact]
    public void Refusals_by_chance_do_not_choke_the_account()
    {
        (int[] taken, _) = Run(new Pace(), 60, int.MaxValue, 0.05);
        Assert.All(taken, static perSecond => Assert.InRange(perSecond, 5_000, 10_000));
    }

    [Fact]
    public void Eight_refusals_in_a_row_pause_and_eight_more_pause_longer()
    {
        var pace = new Pace();
        for (int i = 0; i < 7; i++)
        {
            Assert.False(pace.Answered(5_000, true, out _));
        }

        Assert.True(pace.Answered(5_000, true, out int pauseMs));
        Assert.Equal(200, pauseMs);
        Assert.Equal(0, pace.Ahead(5_199));
        Assert.False(pace.TryTake(5_199));
        Assert.True(pace.TryTake(5_200));
        for (int i = 0; i < 8; i++)
        {
            pace.Answered(5_300, true, out pauseMs);
        }

        Assert.Equal(400, pauseMs);
        Assert.False(pace.TryTake(5_699));
    }

    [Fact]
    public void A_carrier_that_opens_again_is_used_again_within_a_minute()
    {
        var pace = new Pace();
        Run(pace, 20, 50, 0);
        Assert.True(pace.Limited);
        (int[] taken, _) = Run(pace, 60, int.MaxValue, 0, from: 20_000);
        Assert.Equal(10_000, taken[^1]);
        Assert.False(pace.Limited);
    }

    [Fact]
    public void Nothing_at_all_taken_still_tries_once_a_second()
    {
        (int[] taken, int[] refused) = Run(new Pace(), 60, 0, 0);
        Assert.Equal(0, taken.Sum());
        Assert.InRange(refused.Skip(1).Sum(), 30, 200);
    }
}
