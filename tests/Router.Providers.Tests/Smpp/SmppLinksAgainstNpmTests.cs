using Microsoft.Extensions.Time.Testing;
using Router.Engine.Providers;
using Router.Providers.Smpp;
using static Router.Providers.Tests.Smpp.SmppAgainstNpmTests;

namespace Router.Providers.Tests.Smpp;

/// <summary>Links to npm's <c>smpp</c>: silence, unbind, cuts, wrong credentials, drain.</summary>
public sealed class SmppLinksAgainstNpmTests
{
    [Fact]
    public async Task The_peer_is_asked_in_silence_and_answered_when_it_asks()
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "enquireLinkSeconds":1 """);
        await events.Until(static e => e.Up);
        await smsc.Tell("""{"do":"enquire"}""");
        Assert.True((await smsc.Next("alive")).GetBoolean());
        while ((await smsc.Stats())("enquiries") < 2)
        {
        }

        Assert.Equal([true], events.Health);
    }

    [Fact]
    public async Task An_unbind_or_cut_of_the_carrier_s_is_followed_by_a_new_bind()
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await smsc.Tell("""{"do":"unbind"}""");
        await smsc.Tell("""{"do":"cut"}""");
        await events.Until(static e => e.Health.Count >= 3);
        Assert.Equal([true, false, true], events.Health);
        Assert.Equal(2, (await smsc.Stats())("binds"));
    }

    [Fact]
    public async Task Commands_that_nobody_knows_are_nacked_and_a_broken_length_ends_the_link()
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await smsc.Tell("""{"do":"raw","hex":"00000010000001230000000000000009"}""");
        while ((await smsc.Stats())("nacks") == 0)
        {
        }

        Assert.Equal([true], events.Health);
        await smsc.Tell("""{"do":"raw","hex":"00000003000001230000000000000009"}""");
        await events.Until(static e => e.Health.Count == 3);
        Assert.Equal([true, false, true], events.Health);
    }

    [Theory]
    [InlineData(13)] // ESME_RBINDFAIL
    [InlineData(14)] // ESME_RINVPASWD
    [InlineData(15)] // ESME_RINVSYSID
    public async Task Wrong_credentials_are_not_tried_again_for_a_minute(int status)
    {
        await using Smsc smsc = await Smsc.Start($$"""{"bindStatus":{{status}},"bindRefusals":1}""");
        var time = new FakeTimeProvider();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "", time);
        await smsc.Next("bindRefused");
        while (provider.Counters[SmppCount.BindsRefused] == 0)
        {
            await smsc.Stats();
        }

        // 59 s in steps: whenever the delay began, less than a minute of it is over.
        for (int i = 0; i < 59; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(1, (await smsc.Stats())("sessions"));
        }

        Task up = events.Until(static e => e.Up);
        while (!up.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await smsc.Stats();
        }

        await up;
    }

    [Fact]
    public async Task A_link_that_falls_silent_is_left_and_what_it_held_is_unknown_or_unsent()
    {
        await using Smsc smsc = await Smsc.Start("""{"silentShare":1,"receipts":"none"}""");
        var time = new FakeTimeProvider();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "window":2,"responseTimeoutSeconds":600 """, time);
        await events.Until(static e => e.Up);
        provider.Submit([.. Enumerable.Range(0, 4).Select(n => Departing.Make(time, n, releaseMs: 3_600_000))]);
        while ((await smsc.Stats())("submits") < 2)
        {
        }

        await smsc.Tell("""{"do":"cut"}""");
        await events.Until(static e => e.Outcomes.Count == 4);
        Assert.Equal((2, 2), (events.Count(OutcomeKind.Unknown), events.Count(OutcomeKind.Unsent)));
    }

    [Fact]
    public async Task Departures_that_wait_behind_a_full_window_lapse_with_their_release()
    {
        await using Smsc smsc = await Smsc.Start("""{"silentShare":1,"receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "window":1 """);
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, releaseMs: 10_000), Departing.Make(TimeProvider.System, 2)]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal((2, OutcomeKind.Lapsed), (Departing.Number(events.Outcomes[0].Message), events.Outcomes[0].Kind));
        Assert.Equal(1, (await smsc.Stats())("submits"));
    }

    [Fact]
    public async Task Drain_takes_no_more_waits_for_answers_and_says_goodbye()
    {
        await using Smsc smsc = await Smsc.Start("""{"delayMs":300}""");
        var events = new TestEvents();
        SmppProvider provider = Make(smsc, events, """ "binds":2 """);
        while (provider.Window < 20)
        {
            await smsc.Stats();
        }

        provider.Submit([.. Enumerable.Range(0, 10).Select(static n => Departing.Make(TimeProvider.System, n, releaseMs: 10_000))]);
        Task drained = provider.DrainAsync(TestContext.Current.CancellationToken);
        provider.Submit([Driver.Plain(10)]);
        await drained;
        await events.Until(static e => e.Outcomes.Count == 11 && e.Health.Count == 2);
        Assert.Equal((10, 1), (events.Count(OutcomeKind.Sent), events.Count(OutcomeKind.Unsent)));
        Assert.Equal(2, (await smsc.Stats())("unbinds"));
        Assert.Equal([true, false], events.Health);
    }

    [Fact]
    public async Task Without_a_link_everything_is_unsent_and_the_window_is_closed()
    {
        await using Smsc smsc = await Smsc.Start("""{"bindStatus":5,"bindRefusals":1000000}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        Assert.Equal(0, provider.Window);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal(OutcomeKind.Unsent, events.Outcomes[0].Kind);
        Assert.Empty(events.Health);
    }

    [Fact]
    public async Task Status_says_how_many_binds_are_open_and_why_one_is_not()
    {
        await using Smsc smsc = await Smsc.Start("""{"bindStatus":14,"bindRefusals":1,"silentShare":1}""");
        var time = new FakeTimeProvider();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "window":5 """, time);
        Assert.Equal(new ProviderStatus(0, 1, 0, 0, 0, false, null, null, null), provider.Status with { LastError = null, LastErrorAt = null });
        while (provider.Status.LastError is null)
        {
            await smsc.Stats();
        }

        Assert.Contains("settings.password", provider.Status.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", provider.Status.LastError, StringComparison.Ordinal);
        Assert.Equal(time.GetUtcNow(), provider.Status.LastErrorAt);
        Task up = events.Until(static e => e.Up);
        while (!up.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await smsc.Stats();
        }

        provider.Submit([.. Enumerable.Range(0, 7).Select(n => Departing.Make(time, n, releaseMs: 3_600_000))]);
        while (provider.Status.InFlight < 5)
        {
            await smsc.Stats();
        }

        Assert.Equal(new ProviderStatus(1, 1, 5, 5, 2, false, null, null, null), provider.Status);
    }
}
