using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Dispatch;

/// <summary>Providers replaced, disabled and removed under load: nothing is lost, windows hold.</summary>
public sealed class ProviderChangeTests
{
    [Fact]
    public void A_changed_provider_is_replaced_and_nothing_is_lost()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 5)]);
        h.Own(5);
        for (int i = 0; i < 20; i++)
        {
            h.Post(i);
        }

        ScriptedProvider before = h.Provider;
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7)]);
        h.RunUntilIdle();
        Assert.NotSame(before, h.Provider);
        Assert.Equal((5, 0), (before.InFlight, h.Provider.InFlight));
        Assert.False(h.Provider.IsUp); // the old one settles first
        before.SettleAll();
        UntilUp(h.Provider);
        Drain(h);
        Assert.Equal((5, 15), (before.Written.Count, h.Provider.Written.Count)); // nothing twice
        Assert.Equal(7, h.Provider.InFlightMax);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_changed_provider_whose_old_instance_hears_nothing_starts_after_ten_seconds()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 5)]);
        h.Own(5);
        h.Post();
        ScriptedProvider before = h.Provider;
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7)]);
        h.Advance(9_900);
        Assert.False(h.Provider.IsUp);
        Assert.Equal(1, before.InFlight);
        h.Advance(100);
        UntilUp(h.Provider);
        Assert.Equal(0, before.InFlight); // told unknown when it was ended
        Drain(h);
        h.AssertAllEnded();
    }

    [Fact]
    public void An_old_instance_whose_drain_fails_is_ended_and_its_successor_can_be()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 5)]);
        ScriptedProvider before = h.Provider;
        before.DrainFault = new InvalidOperationException("says the test");
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7)]);
        ScriptedProvider after = h.Provider;
        UntilUp(after);
        Assert.False(before.IsUp);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7, enabled: false)]);
        Assert.True(SpinWait.SpinUntil(() => !after.IsUp, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_provider_disabled_while_its_old_instance_settles_ends_both_at_once()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 5)]);
        h.Own(5);
        h.Post();
        ScriptedProvider before = h.Provider;
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7)]);
        ScriptedProvider after = h.Provider;
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7, enabled: false)]);
        Assert.True(SpinWait.SpinUntil(() => before.InFlight == 0, TimeSpan.FromSeconds(30)));
        h.RunUntilIdle();
        Assert.Equal((false, false), (before.IsUp, after.IsUp));
        Assert.Empty(after.Written);
    }

    [Fact]
    public void A_late_word_of_the_provider_replaced_does_not_touch_the_new_one()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 5)]);
        h.Own(5);
        IProviderEvents old = h.Providers.Events[0];
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 7)]);
        old.HealthChanged(1, false);
        h.RunUntilIdle();
        h.Post();
        Assert.Single(h.Provider.Written);
    }

    [Fact]
    public void Outcomes_that_come_after_a_provider_was_disabled_and_enabled_again_do_not_widen_its_window()
    {
        using var h = new EngineHarness();
        ProviderAccount on = EngineHarness.Account(1, "p", inFlight: 5);
        ProviderAccount other = EngineHarness.Account(2, "q", cost: 9);
        h.Configure([EngineHarness.Acme], [on, other]);
        h.Own(5);
        h.Providers.Find("q").Window = 0;
        h.Providers.Find("p").IgnoresDispose = true; // its outcomes come late
        for (int i = 0; i < 40; i++)
        {
            h.Post(i);
        }

        ScriptedProvider old = h.Provider;
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p", inFlight: 5, enabled: false), other]);
        h.RunUntilIdle();
        h.Configure([EngineHarness.Acme], [on, other]);
        h.RunUntilIdle();
        Assert.NotSame(old, h.Provider);
        old.SettleAll();
        h.RunUntilIdle();
        h.Advance(1_100);
        Assert.InRange(h.Provider.InFlightMax, 0, 5);
        Assert.InRange(Link(h, 1).InFlight, 0, 5);
        h.Providers.Find("q").Window = 1_000;
        Drain(h);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_removed_provider_leaves_no_lane_behind()
    {
        using var h = new EngineHarness();
        ProviderAccount q = EngineHarness.Account(2, "q", cost: 9);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p"), q]);
        h.Own(5);
        h.Provider.Window = 0;
        h.Providers.Find("q").Window = 0;
        for (int i = 0; i < 20; i++)
        {
            h.Post(i);
        }

        h.Configure([EngineHarness.Acme], [q]);
        h.RunUntilIdle();
        h.Advance(1_100);
        h.Providers.Find("q").Window = 100;
        Drain(h);
        h.Advance(2_000);
        Assert.Equal(20, h.Providers.Find("q").Written.Count);
        Assert.Equal(0, h.Engine.Dispatcher.LaneCount);
        Assert.Equal(0, h.Engine.OwnerOf(5)!.Shard.LaneCount);
        h.AssertAllEnded();
    }

    // It starts on a thread of the pool once the old instance is done.
    private static void UntilUp(ScriptedProvider provider) => Assert.True(SpinWait.SpinUntil(() => provider.IsUp, TimeSpan.FromSeconds(30)));

    private static ProviderLink Link(EngineHarness h, int number) => h.Engine.Dispatcher.Links.Single(l => l.Account.Number == number);

    private static void Drain(EngineHarness h)
    {
        for (int i = 0; i < 300; i++)
        {
            foreach (ScriptedProvider provider in h.Providers.Made)
            {
                provider.SettleAll();
            }

            h.Advance(20);
        }
    }
}
