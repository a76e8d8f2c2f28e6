using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Data regions (R1.3): a message that must stay in one leaves only through its providers, at the first try and at any other.</summary>
public sealed class RegionTests
{
    private static readonly Tenant European = new(1, "acme", new TenantSettings { Name = "Acme", Senders = ["+39000"], Region = "eu" });

    private static readonly ProviderAccount[] Three =
        [EngineHarness.Account(1, "cheap"), EngineHarness.Account(2, "eu-a", cost: 1, region: "eu"), EngineHarness.Account(3, "eu-b", cost: 2, region: "eu")];

    [Fact]
    public void A_message_of_a_region_leaves_through_the_cheapest_provider_in_it_and_others_through_any()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        h.Configure([EngineHarness.Acme], Three);
        h.Own(5);
        h.Queue(1, region: "eu");
        h.Queue(2);
        h.RunUntilIdle();
        Assert.Equal(["m0"], h.WrittenTexts("eu-a"));
        Assert.Equal(["m1"], h.WrittenTexts("cheap"));
        h.AssertAllEnded();
    }

    [Fact]
    public void The_tenants_region_holds_for_messages_that_name_none()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        h.Configure([European], Three);
        h.Own(5);
        h.Queue(1, tenant: European);
        Posted elsewhere = h.Queue(2, tenant: European, region: "us");
        h.RunUntilIdle();
        Assert.Equal(["m0"], h.WrittenTexts("eu-a"));
        Assert.Equal((MessageStatus.Rejected, Reason.RegionForbidden), End(h, elsewhere));
    }

    [Fact]
    public void Without_a_provider_in_the_region_it_is_rejected_and_without_a_route_there_is_none()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p")]);
        h.Own(5);
        Posted posted = h.Queue(1, region: "eu");
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Rejected, Reason.RegionForbidden), End(h, posted));
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p")], "gone");
        posted = h.Queue(2, region: "eu");
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Rejected, Reason.NoRoute), End(h, posted));
    }

    [Fact]
    public void Fail_over_stays_in_the_region()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = new ScriptedPolicy { Failed = 1 });
        h.Configure([EngineHarness.Acme], Three);
        h.Own(5);
        Posted posted = h.Queue(1, region: "eu", validitySeconds: 604_800);
        h.RunUntilIdle();
        h.Advance(3_600_000, 1_000);
        Assert.NotEmpty(h.Providers.Find("eu-a").Written);
        Assert.NotEmpty(h.Providers.Find("eu-b").Written);
        Assert.Empty(h.Providers.Find("cheap").Departures);
        Assert.Equal((MessageStatus.Undelivered, Reason.ProviderFailed), End(h, posted));
    }

    [Fact]
    public void While_the_providers_in_its_region_are_down_it_waits_for_them()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        h.Configure([EngineHarness.Acme], Three);
        h.Own(5);
        h.Providers.Find("eu-a").GoDown();
        h.Providers.Find("eu-b").GoDown();
        h.RunUntilIdle();
        h.Queue(1, region: "eu");
        h.RunUntilIdle();
        h.Advance(5_000, 100);
        Assert.Empty(h.Providers.Find("cheap").Departures);
        h.Providers.Find("eu-b").GoUp();
        h.RunUntilIdle();
        Assert.Equal(["m0"], h.WrittenTexts("eu-b"));
    }

    [Fact]
    public void When_a_provider_changes_its_region_what_waits_is_decided_anew()
    {
        using var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "a", region: "eu"), EngineHarness.Account(2, "b", cost: 1, region: "us")]);
        h.Own(5);
        h.Providers.Find("a").Window = 0;
        h.Providers.Find("b").Window = 0;
        h.Queue(1, region: "eu");
        Posted gone = h.Queue(2, region: "us");
        h.RunUntilIdle();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "a", region: "asia"), EngineHarness.Account(2, "b", cost: 1, region: "eu")]);
        h.Providers.Find("b").Window = 10;
        h.Advance(1_100);
        Assert.Equal(["m0"], h.WrittenTexts("b"));
        Assert.Equal((MessageStatus.Rejected, Reason.RegionForbidden), End(h, gone));
        Assert.Empty(h.Providers.Find("a").Departures);
    }

    [Fact]
    public void When_its_tenant_is_given_a_region_what_comes_back_unsent_stays_in_it()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], Three);
        h.Own(5);
        Posted posted = h.Post();
        h.Configure([European], Three);
        h.Providers.Find("cheap").Settle(posted.Id, OutcomeKind.Lapsed);
        h.RunUntilIdle();
        Assert.Single(h.Providers.Find("cheap").Departures);
        Assert.Equal(["m0"], h.WrittenTexts("eu-a"));
    }

    [Fact]
    public void When_its_provider_is_taken_off_the_route_what_comes_back_unsent_leaves_by_another()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], Three);
        h.Own(5);
        Posted posted = h.Post();
        h.Configure([EngineHarness.Acme], Three, "eu-b");
        h.Providers.Find("cheap").Settle(posted.Id, OutcomeKind.Lapsed);
        h.RunUntilIdle();
        Assert.Single(h.Providers.Find("cheap").Departures);
        Assert.Equal(["m0"], h.WrittenTexts("eu-b"));
    }

    [Fact]
    public void Its_region_is_kept_over_a_restart()
    {
        using var before = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        before.Configure([EngineHarness.Acme], Three);
        before.Own(5);
        foreach (string name in (string[])["cheap", "eu-a", "eu-b"])
        {
            before.Providers.Find(name).Window = 0;
        }

        before.Queue(1, region: "eu");
        before.RunUntilIdle();
        using var h = new EngineHarness(store: before.Journal.Store, time: before.Time);
        h.Configure([EngineHarness.Acme], Three);
        h.Own(5);
        h.RunUntilIdle();
        h.Advance(500);
        Assert.Equal(["m0"], h.WrittenTexts("eu-a"));
    }

    private static (MessageStatus Status, Reason Reason) End(EngineHarness h, Posted posted) => h.Stored(posted.Id)[^1] is var last ? (last.Status, last.Reason) : default;
}
