using Router.Core.Messages;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>When messages leave and in which order; times and clocks that jump.</summary>
public sealed class ReleaseTests
{
    [Fact]
    public void What_lapsed_goes_back_in_order()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.WritesAtOnce = false).Simple();
        for (int i = 0; i < 8; i++)
        {
            h.Post();
        }

        h.Provider.Window = 4;
        h.Advance(300);
        h.Provider.Write(); // all lapsed
        h.Provider.WritesAtOnce = true;
        h.Provider.Window = 100;
        h.RunUntilIdle();
        Assert.Equal(Enumerable.Range(0, 8).Select(static i => "m" + i), h.WrittenTexts());
    }

    [Fact]
    public void What_came_back_unsent_when_the_provider_went_down_keeps_its_order()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.WritesAtOnce = false).Simple();
        h.Provider.Window = 3;
        for (int i = 0; i < 8; i++)
        {
            h.Post();
        }

        h.Provider.GoDown();
        h.RunUntilIdle();
        h.Provider.WritesAtOnce = true;
        h.Provider.Window = 100;
        h.Provider.GoUp();
        h.RunUntilIdle();
        Assert.Equal(Enumerable.Range(0, 8).Select(static i => "m" + i), h.WrittenTexts());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_moves_to_another_provider_goes_before_what_came_later(int seed)
    {
        using var h = new EngineHarness(seed);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "a"), EngineHarness.Account(2, "b", cost: 1)]);
        h.Own(5);
        h.Providers.Find("a").Window = 0;
        h.Providers.Find("b").Window = 0;
        for (int i = 0; i < 4; i++)
        {
            h.Post();
        }

        h.Queue();
        h.Run(); // under way
        h.Providers.Find("a").GoDown();
        h.Journal.Commit();
        h.Run();
        h.Post();
        h.Providers.Find("b").Window = 100;
        h.Advance(1_100);
        Assert.Equal(Enumerable.Range(0, 6).Select(static i => "m" + i), h.WrittenTexts("b"));
    }

    [Fact]
    public void A_message_scheduled_leaves_not_earlier()
    {
        using EngineHarness h = new EngineHarness().Simple();
        for (int i = 0; i < 60; i++)
        {
            h.Time.Advance(7);
            h.Run();
            Posted posted = h.Post(i, notBeforeMs: h.NowMs + 100 + (i * 13));
            Assert.Equal(1, posted.Answers);
        }

        h.Advance(2_500, 1);
        Assert.Equal(60, h.Provider.Written.Count);
        foreach (ScriptedDeparture departure in h.Provider.Written)
        {
            long left = Some.NowMs + (long)TimeSpan.FromTicks(departure.WrittenAt - h.StartedAt).TotalMilliseconds;
            long due = h.Journal.Store.Snapshot().Single(m => m.Accepted.Id == departure.Id).Accepted.NotBeforeMs;
            Assert.InRange(left, due, due + 100);
        }
    }

    [Fact]
    public void A_wall_clock_that_jumps_back_does_not_let_a_scheduled_message_leave_early()
    {
        using EngineHarness h = new EngineHarness().Simple();
        long due = h.NowMs + 60_000;
        h.Post(notBeforeMs: due, validitySeconds: 60_000);
        h.Time.Shift = TimeSpan.FromHours(-1);
        h.Advance(120_000, 1_000);
        Assert.Empty(h.Provider.Departures);
        h.Advance(3_600_000, 10_000, () => Assert.True(h.Provider.Departures.Count == 0 || h.NowMs >= due));
        Assert.Single(h.Provider.Written);
    }

    [Fact]
    public void A_wall_clock_that_jumps_forth_lets_a_scheduled_message_leave_and_expires_what_waited()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted scheduled = h.Post(notBeforeMs: h.NowMs + 1_800_000, validitySeconds: 36_000);
        h.Provider.Window = 0;
        Posted waiting = h.Post(2, validitySeconds: 600);
        h.Time.Shift = TimeSpan.FromHours(1);
        h.Advance(1_200);
        Assert.Equal(MessageStatus.Expired, h.Last(waiting));
        h.Provider.Window = 10;
        h.Advance(1_200);
        Assert.Equal([scheduled.Text], h.WrittenTexts());
    }

    [Fact]
    public void Expired_is_told_in_time_and_nothing_leaves_after_its_validity()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post(validitySeconds: 5);
        h.Advance(4_900);
        Assert.NotEqual(MessageStatus.Expired, h.Last(posted));
        h.Provider.Window = 10;
        h.Provider.GoDown();
        h.Advance(1_200);
        Assert.Equal(MessageStatus.Expired, h.Last(posted));
        h.Provider.GoUp();
        h.Advance(1_200);
        Assert.Empty(h.Provider.Departures);
        h.AssertAllEnded();
    }

    [Fact]
    public void Queued_is_told_once_after_a_second_of_waiting()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post();
        h.Advance(900);
        Assert.Equal([MessageStatus.Accepted], h.Statuses(posted));
        h.Advance(5_000);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued], h.Statuses(posted));
    }

    [Fact]
    public void Queued_is_told_of_one_that_came_back_before_those_told()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.WritesAtOnce = false).Simple();
        h.Provider.Window = 1;
        Posted first = h.Post(); // released
        h.Provider.Window = 0;
        h.Post();
        h.Advance(2_500); // the second is told
        h.Provider.Write();
        h.Advance(2_500);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued], h.Statuses(first));
    }

}
