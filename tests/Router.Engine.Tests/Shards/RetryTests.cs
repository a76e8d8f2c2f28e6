using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Failed, unknown, throttled: the provider's rule, then the next provider.</summary>
public sealed class RetryTests
{
    private static readonly RetryRule Quick = new(3, 1_000, 4_000);

    [Theory]
    [InlineData(OutcomeKind.Failed, Reason.ProviderFailed)]
    [InlineData(OutcomeKind.Unknown, Reason.OutcomeUnknown)]
    public void Attempts_follow_the_rule_then_the_next_provider_then_undelivered(OutcomeKind kind, Reason reason)
    {
        using var h = new EngineHarness(prepare: static p => p.Retry = Quick);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "a"), EngineHarness.Account(2, "b", cost: 1)]);
        h.Own(5);
        Posted posted = h.Post();
        ScriptedProvider a = h.Providers.Find("a");
        ScriptedProvider b = h.Providers.Find("b");
        h.Advance(60_000, 10, () =>
        {
            a.SettleAll(kind);
            b.SettleAll(kind);
            h.RunUntilIdle();
        });
        Assert.Equal(3, a.Written.Count);
        Assert.Equal(3, b.Written.Count);
        Between(a, 0, 800, 1_300);
        Between(a, 1, 1_600, 2_500);
        Assert.Equal(MessageStatus.Undelivered, h.Last(posted));
        Assert.Equal(reason, h.Stored(posted.Id)[^1].Reason);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_wish_of_the_provider_is_the_delay()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        h.Provider.SettleAll(OutcomeKind.Failed, retryAfterMs: 7_000);
        h.Advance(6_990);
        Assert.Single(h.Provider.Written);
        h.Advance(200);
        Assert.Equal(2, h.Provider.Written.Count);
    }

    [Fact]
    public void Throttled_is_not_an_attempt_and_slows()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.Retry = new RetryRule(1, 1_000, 1_000)).Simple();
        Posted posted = h.Post();
        for (int i = 0; i < 5; i++)
        {
            h.Provider.SettleAll(OutcomeKind.Throttled);
            h.RunUntilIdle();
            Assert.Equal(i + 1, h.Provider.Written.Count); // paused
            h.Advance(1_000);
            Assert.Equal(i + 2, h.Provider.Written.Count);
        }

        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void Many_throttled_at_once_are_one_reason_to_slow()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted[] posted = [.. Enumerable.Range(0, 10).Select(i => h.Post(i))];
        foreach (Posted one in posted)
        {
            h.Provider.Settle(one.Id, OutcomeKind.Throttled);
        }

        h.RunUntilIdle();
        h.Advance(40);
        Assert.Equal(20, h.Provider.Written.Count);
    }

    [Fact]
    public void A_provider_taken_out_of_the_route_is_followed_by_the_others()
    {
        using var h = new EngineHarness(prepare: static p => p.Retry = new RetryRule(1, 1_000, 1_000));
        Core.Tenants.ProviderAccount a = EngineHarness.Account(1, "a");
        Core.Tenants.ProviderAccount b = EngineHarness.Account(2, "b", cost: 1);
        h.Configure([EngineHarness.Acme], [a, b], "a");
        h.Own(5);
        Posted posted = h.Post();
        h.Configure([EngineHarness.Acme], [a, b], "b");
        h.Providers.Find("a").SettleAll(OutcomeKind.Failed);
        h.Advance(2_000);
        Assert.Single(h.Providers.Find("b").Written);
        h.Providers.Find("b").SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
    }

    [Fact]
    public void A_provider_that_is_down_is_waited_for()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.GoDown();
        Posted posted = h.Post();
        h.Advance(2_500);
        Assert.Equal(Reason.ProviderDown, h.Stored(posted.Id)[^1].Reason);
        Assert.Empty(h.Provider.Departures);
        h.Provider.GoUp();
        h.RunUntilIdle();
        Assert.Single(h.Provider.Written);
    }

    private static void Between(ScriptedProvider provider, int index, double fromMs, double toMs) =>
        Assert.InRange(TimeSpan.FromTicks(provider.Written[index + 1].WrittenAt - provider.Written[index].WrittenAt).TotalMilliseconds, fromMs, toMs);
}
