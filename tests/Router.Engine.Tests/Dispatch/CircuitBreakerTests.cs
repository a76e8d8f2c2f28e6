using Router.Engine.Dispatch;
using Router.Engine.Providers;

namespace Router.Engine.Tests.Dispatch;

/// <summary>When a breaker opens, tries and closes.</summary>
public sealed class CircuitBreakerTests
{
    private const long Second = 1_000;
    private readonly CircuitBreaker breaker = new(Second, new Random(1));
    private long now = 100_000;

    [Fact]
    public void Ten_bad_in_a_row_over_a_second_open_it()
    {
        for (int i = 0; i < 9; i++)
        {
            Bad();
            now += 200;
        }

        Assert.Equal(BreakerState.Closed, breaker.State);
        Bad();
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Ten_bad_in_a_row_within_a_second_of_a_good_one_do_not()
    {
        Good(10);
        now += 999;
        Bad(10);
        Assert.Equal(BreakerState.Closed, breaker.State);
        now++;
        Bad();
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Theory]
    [InlineData(5, 14, BreakerState.Closed)] // fewer than three quarters
    [InlineData(5, 15, BreakerState.Open)]
    [InlineData(1, 9, BreakerState.Closed)] // too few
    public void Three_quarters_bad_of_twenty_open_it(int good, int bad, BreakerState expected)
    {
        for (int i = 0; i < bad; i++)
        {
            Bad();
            if (i < good)
            {
                Good();
            }
        }

        Assert.Equal(expected, breaker.State);
    }

    [Fact]
    public void What_is_older_than_ten_seconds_does_not_count()
    {
        Good(1);
        Bad(9);
        now += 11_000;
        Good(1);
        Bad(9);
        Assert.Equal(BreakerState.Closed, breaker.State);
        now += 1_000;
        Good(1);
        Bad(9);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Throttled_lapsed_and_unsent_say_nothing_and_refused_is_an_answer()
    {
        foreach (OutcomeKind kind in new[] { OutcomeKind.Throttled, OutcomeKind.Lapsed, OutcomeKind.Unsent, OutcomeKind.Refused })
        {
            for (int i = 0; i < 50; i++)
            {
                Tell(kind);
                now += 100;
            }
        }

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void It_tries_after_its_pause_and_closes_when_most_trials_are_good()
    {
        OpenIt();
        Assert.InRange(breaker.OpenUntil - now, 800, 1_200);
        now = breaker.OpenUntil - 1;
        Assert.False(breaker.Advance(now));
        now++;
        Assert.True(breaker.Advance(now));
        Good(2);
        Bad(2);
        Tell(OutcomeKind.Throttled);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        Good();
        Assert.Equal(BreakerState.Closed, breaker.State);
        Bad(8);
        Assert.Equal(BreakerState.Closed, breaker.State); // what was before is forgotten
    }

    [Fact]
    public void Its_pause_doubles_up_to_thirty_seconds_and_begins_anew_after_ten_good_ones()
    {
        OpenIt();
        foreach (int expected in new[] { 2_000, 4_000, 8_000, 16_000, 30_000, 30_000 })
        {
            now = breaker.OpenUntil;
            breaker.Advance(now);
            Bad(CircuitBreaker.Trials);
            Assert.Equal(BreakerState.Open, breaker.State);
            Assert.InRange(breaker.OpenUntil - now, expected * 0.8, expected * 1.2);
        }

        now = breaker.OpenUntil;
        breaker.Advance(now);
        Good(CircuitBreaker.Trials);
        now += 10_000;
        OpenIt();
        Assert.InRange(breaker.OpenUntil - now, 800, 1_200);
    }

    [Fact]
    public void Late_outcomes_of_what_left_before_do_not_move_an_open_one()
    {
        OpenIt();
        long until = breaker.OpenUntil;
        Good(100);
        Bad(100);
        Assert.Equal((BreakerState.Open, until), (breaker.State, breaker.OpenUntil));
    }

    private void OpenIt()
    {
        Bad(20);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    private void Good(int count = 1) => Tell(OutcomeKind.Sent, count);

    private void Bad(int count = 1) => Tell(OutcomeKind.Failed, count);

    private void Tell(OutcomeKind kind, int count = 1)
    {
        OutcomeCounts counts = default;
        for (int i = 0; i < count; i++)
        {
            counts.Add(new Outcome { Kind = kind });
        }

        breaker.Count(counts, now);
    }
}
