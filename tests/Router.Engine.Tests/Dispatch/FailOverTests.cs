using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Dispatch;

/// <summary>Fail-over by health, then cost: a provider that fails is left and comes back, one that drains runs empty.</summary>
public sealed class FailOverTests
{
    private static readonly ProviderAccount Cheap = EngineHarness.Account(1, "cheap", inFlight: 50);
    private static readonly ProviderAccount Dear = EngineHarness.Account(2, "dear", cost: 9);

    [Fact]
    public void What_waits_at_a_provider_that_fails_goes_by_the_next_and_new_messages_come_back_once_it_works()
    {
        using EngineHarness h = Two();
        ScriptedProvider cheap = h.Providers.Find("cheap");
        cheap.Policy = ScriptedPolicy.Smooth with { Failed = 1, Receipts = false };
        for (int i = 0; i < 200; i++)
        {
            h.Queue(i);
        }

        h.RunUntilIdle();
        h.Advance(200);
        Assert.Equal(BreakerState.Open, Link(h).Breaker.State);
        h.Advance(4_000, 20); // retries of what had failed
        Assert.InRange(h.Providers.Find("dear").Written.Count, 190, 200); // a few stay with their trials
        Assert.InRange(cheap.Written.Count, 20, 100);

        cheap.Policy = ScriptedPolicy.Smooth with { Receipts = false };
        int failed = cheap.Written.Count;
        h.Advance(40_000, 100, () => h.Queue(1)); // trials come with what is sent
        h.RunUntilIdle();
        Assert.Equal(BreakerState.Closed, Link(h).Breaker.State);
        Posted after = h.Post(2);
        Assert.Equal(after.Text, cheap.Written[^1].Text);
        Assert.InRange(cheap.Written.Count, failed + 50, int.MaxValue);
        h.Advance(1_000, 50);
        AssertEnded(h);
    }

    [Fact]
    public void An_only_provider_that_fails_is_spared_and_nothing_is_given_up()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth with { Failed = 1, Receipts = false });
        h.Configure([EngineHarness.Acme], [Cheap]);
        h.Own(5);
        for (int i = 0; i < 100; i++)
        {
            h.Queue(i);
        }

        h.Advance(60_000, 50);
        Assert.InRange(h.Providers.Find("cheap").Written.Count, 20, 150);
        h.Providers.Find("cheap").Policy = ScriptedPolicy.Smooth with { Receipts = false };
        h.Advance(300_000, 500);
        int sent = h.ByText.Values.Count(p => h.Last(p) == MessageStatus.Sent);
        Assert.InRange(sent, 75, 100); // some of the first had five tries in the trials
        AssertEnded(h);
    }

    [Fact]
    public void Long_messages_leave_in_parts_while_it_is_tried()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth with { Failed = 1, Receipts = false });
        h.Configure([EngineHarness.Acme], [Cheap]);
        h.Own(5);
        for (int i = 0; i < 10; i++)
        {
            h.Queue(i, segments: 20);
        }

        h.Advance(300);
        Assert.Equal(BreakerState.Open, Link(h).Breaker.State);
        h.Providers.Find("cheap").Policy = ScriptedPolicy.Smooth with { Receipts = false };
        h.Advance(20_000, 50);
        Assert.Equal(BreakerState.Closed, Link(h).Breaker.State);
        Assert.All(h.ByText.Values, p => Assert.Equal(MessageStatus.Sent, h.Last(p)));
        AssertEnded(h);
    }

    [Fact]
    public void A_provider_that_drains_settles_what_is_in_flight_and_gets_nothing_new_until_it_is_resumed()
    {
        using EngineHarness h = Two();
        for (int i = 0; i < 100; i++)
        {
            h.Queue(i);
        }

        h.RunUntilIdle();
        Assert.Equal(50, h.Providers.Find("cheap").InFlight);
        ProviderAccount draining = new(1, "cheap", Cheap.Settings, isDraining: true);
        h.Configure([EngineHarness.Acme], [draining, Dear]);
        h.RunUntilIdle();
        ScriptedProvider cheap = h.Providers.Find("cheap");
        Assert.Equal((50, 50), (cheap.InFlight, h.Providers.Find("dear").Written.Count)); // the same instance, and what waited went over
        cheap.SettleAll();
        h.RunUntilIdle();
        h.Post(1);
        Assert.Equal((0, 50), (cheap.InFlight, cheap.Written.Count));

        // A change of its settings starts it anew: it still drains.
        h.Configure([EngineHarness.Acme], [new ProviderAccount(1, "cheap", Cheap.Settings with { Limits = new ProviderLimits { InFlight = 60 } }, isDraining: true), Dear]);
        h.Post(2);
        Assert.Empty(h.Providers.Find("cheap").Written);

        h.Configure([EngineHarness.Acme], [new ProviderAccount(1, "cheap", Cheap.Settings with { Limits = new ProviderLimits { InFlight = 60 } }), Dear]);
        h.Post(3);
        Assert.Single(h.Providers.Find("cheap").Written);
        h.Advance(2_000, 50, () => Settle(h));
        AssertEnded(h);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_released_of_a_message_that_has_left_whole_says_so_to_whichever_account_has_it_then(bool isWhole)
    {
        using var h = new EngineHarness(prepare: p => p.HasWholeReceipts = isWhole);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "cheap", inFlight: 2), Dear]);
        h.Own(5);
        h.Advance(300, 50);
        Posted posted = h.Queue(segments: 3);
        h.RunUntilIdle();
        ScriptedProvider cheap = h.Providers.Find("cheap");
        Assert.Equal([false, false], cheap.Written.Select(static w => w.HasLeftWhole));
        cheap.Settle(posted.Request.Id, segment: 0);
        h.RunUntilIdle();
        cheap.GoDown();
        h.Advance(10_000, 50);

        Assert.Equal([(1, isWhole), (2, isWhole)], h.Providers.Find("dear").Written.Select(static w => ((int)w.Segment, w.HasLeftWhole)));
        AssertEnded(h);
    }

    [Fact]
    public void What_waits_at_the_dear_one_goes_back_when_the_cheap_one_comes_up()
    {
        using EngineHarness h = Two();
        h.Providers.Find("cheap").GoDown();
        h.Providers.Find("dear").Window = 10;
        for (int i = 0; i < 40; i++)
        {
            h.Queue(i);
        }

        h.RunUntilIdle();
        h.Providers.Find("cheap").GoUp();
        h.RunUntilIdle();
        Assert.Equal((30, 10), (h.Providers.Find("cheap").Written.Count, h.Providers.Find("dear").Written.Count));
    }

    private static EngineHarness Two()
    {
        var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [Cheap, Dear]);
        h.Own(5);
        h.Providers.Find("dear").Policy = null;
        h.Advance(300, 50);
        return h;
    }

    private static void Settle(EngineHarness h)
    {
        foreach (ScriptedProvider provider in h.Providers.Made)
        {
            provider.SettleAll();
        }
    }

    private static ProviderLink Link(EngineHarness h) => h.Engine.Dispatcher.Links.Single(static l => l.Account.Name == "cheap");

    private static void AssertEnded(EngineHarness h)
    {
        h.Advance(2_000, 50, () => Settle(h));
        Assert.DoesNotContain(h.Logs.Lines, static l => !l.Contains("provider", StringComparison.Ordinal));
        Assert.All(h.Engine.Dispatcher.Links, static l => Assert.Equal((0, 0, 0), (l.InFlight, l.Unkept, l.Lanes)));
        Assert.Equal(0, h.Engine.Waiting.Of(1));
        Assert.Equal(0, h.Engine.Dispatcher.LaneCount);
    }
}
