using System.Text;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Inbound;

/// <summary>STOP, START, HELP and a tenant's own words (R2.3, R2.7): the flag is in force before the carrier is answered; one confirmation may pass the block.</summary>
public sealed class StopWordTests
{
    private static readonly int[] AllShards = [.. Enumerable.Range(0, MessageId.ShardCount)];

    [Fact]
    public void A_stop_is_in_force_before_it_is_acknowledged_and_confirmed_once()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Set(static f => f.With(Purpose.Marketing, ConsentState.Granted));
        h.Provider.Window = 0;
        Posted waiting = h.Queue(purpose: Purpose.Marketing, to: user.Contact);
        h.RunUntilIdle();
        EndUser.Told told = user.Tell("STOP.");
        h.Run();
        Assert.Null(told.Kept);
        h.RunUntilIdle();
        Assert.True(told.Kept);
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));
        Assert.False(user.Flags.Blocked);
        h.Provider.Window = 10;
        h.Advance(1_100);
        Assert.Equal((MessageStatus.Rejected, Reason.OptedOut), (h.Last(waiting), h.Stored(waiting.Id)[^1].Reason));
        Assert.Equal(["Acme: Non riceverai più messaggi pubblicitari. Rispondi START per riceverli di nuovo."], h.WrittenTexts());
        h.Provider.SettleAll();

        Assert.True(user.Say("stop").Kept);
        Assert.Single(h.Provider.Written); // said twice, confirmed once
        h.AssertAllEnded();
    }

    [Fact]
    public void What_was_released_before_a_stop_holds_its_acknowledgement_back_until_it_cannot_leave_any_more()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.WritesAtOnce = false).Simple(AllShards);
        var user = new EndUser(h);
        user.Set(static f => f.With(Purpose.Marketing, ConsentState.Granted));
        h.Queue(purpose: Purpose.Marketing, to: user.Contact);
        h.RunUntilIdle(); // released, not written
        EndUser.Told told = user.Say("stop");
        Assert.Null(told.Kept);
        h.Advance(400, 50);
        Assert.True(told.Kept);
        h.Provider.Write();
        h.RunUntilIdle();
        Assert.All(h.WrittenTexts(), static t => Assert.StartsWith("Acme:", t, StringComparison.Ordinal)); // the confirmation alone
    }

    [Theory]
    [InlineData("stop all", StopScope.Marketing, "+393331234567")]
    [InlineData("stop", StopScope.All, "+393331234567")]
    [InlineData("stop", StopScope.Marketing, "+15551234567")]
    public void A_stop_of_everything_blocks_and_its_confirmation_alone_passes(string text, StopScope scope, string from)
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        h.Configure([EndUser.TenantWith(1, scope, [], "+39000")], [EngineHarness.Account(1, "p")]);
        var user = new EndUser(h, from);
        Assert.True(user.Say(text).Kept);
        Assert.True(user.Flags is { Blocked: true, Stopped: true });
        Assert.Single(h.Provider.Written);
        h.Provider.SettleAll();
        Posted otp = h.Queue(purpose: Purpose.Otp, to: user.Contact);
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Rejected, h.Last(otp));

        Assert.True(user.Say("stop").Kept);
        Assert.True(user.Say("help").Kept);
        Assert.Single(h.Provider.Written);
        Assert.True(user.Say("start").Kept);
        Assert.False(user.Flags.Blocked);
        Assert.Equal(2, h.Provider.Written.Count);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.AssertAllEnded();
    }

    // Kept and not sent, it must pass the block under the next owner too.
    [Fact]
    public void A_confirmation_passes_after_a_restart()
    {
        var store = new Testing.MemoryStore();
        using (EngineHarness h = new EngineHarness(store: store).Simple(AllShards))
        {
            h.Provider.GoDown();
            new EndUser(h).Say("stop all");
            Assert.Empty(h.Provider.Written);
            h.Journal.Crash();
        }

        using EngineHarness next = new EngineHarness(store: store).Simple(AllShards);
        next.Advance(1_000, 50);
        Assert.Single(next.Provider.Written);
    }

    [Fact]
    public void A_restriction_and_a_tenants_block_hold_back_what_confirms()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Set(static f => f.WithRestricted(true));
        Assert.True(user.Say("stop").Kept);
        Assert.Empty(h.Provider.Written);
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));

        var blocked = new EndUser(h, "+393330000001");
        blocked.Set(static f => f.WithBlocked(true));
        Assert.True(blocked.Say("stop all").Kept);
        Assert.True(blocked.Say("start").Kept);
        Assert.True(blocked.Flags.Blocked); // the tenant's block is the tenant's to lift
        Assert.Empty(h.Provider.Written);
    }

    [Fact]
    public void A_start_of_someone_who_never_stopped_grants_nothing()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        Assert.True(user.Say("start").Kept);
        Assert.Equal(default, user.Flags);
        Assert.Empty(h.Provider.Written);
    }

    [Fact]
    public void Rules_of_the_tenant_come_first_and_make_a_stop_mean_no_less()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        KeywordRule[] rules =
        [
            new() { Word = "cancel", Reply = "Booking cancelled" }, new() { Word = "stop", Reply = "Bye" }, new() { Word = "basta", IsPrefix = true, Action = KeywordAction.Stop },
            new() { Word = "aiuto", Action = KeywordAction.Help, Reply = "Call us" },
        ];
        h.Configure([EndUser.TenantWith(1, StopScope.Marketing, rules, "+39000")], [EngineHarness.Account(1, "p")]);
        var user = new EndUser(h);
        user.Say("Cancel");
        Assert.Equal(default, user.Flags);
        user.Say("stop");
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));
        new EndUser(h, "+393330000002").Say("basta con questi messaggi");
        new EndUser(h, "+393330000003").Say("aiuto");
        Assert.Equal(["Booking cancelled", "Bye", "Acme: Non riceverai più messaggi pubblicitari. Rispondi START per riceverli di nuovo.", "Call us"], h.WrittenTexts());
    }

    [Fact]
    public void Automatic_answers_end_and_go_on_an_hour_later()
    {
        using EngineHarness h = new EngineHarness(options: new EngineOptions { AutomaticRepliesPerHour = 2 }).Simple(AllShards);
        var user = new EndUser(h);
        for (int i = 0; i < 5; i++)
        {
            Assert.True(user.Say("help").Kept);
            h.Provider.SettleAll();
        }

        Assert.Equal(2, h.Provider.Written.Count);
        Assert.Equal(3, h.Engine.Inbound[InboundCount.RepliesHeldBack]);
        h.Advance(3_600_000, 60_000);
        user.Say("help");
        Assert.Equal(3, h.Provider.Written.Count);
    }

    [Theory]
    [InlineData("Vodafone")]
    [InlineData("48500")]
    [InlineData("+39000001")]
    public void Nothing_is_answered_to_a_name_a_short_code_or_an_own_number(string from)
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        h.Configure([EngineHarness.Acme, EndUser.TenantWith(2, StopScope.Marketing, [], "+39000001")], [EngineHarness.Account(1, "p")]);
        Assert.True(new EndUser(h, from).Say("help").Kept);
        Assert.Empty(h.Provider.Written);
    }

    [Fact]
    public void Answers_are_messages_of_the_tenant_from_the_number_written_to()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Say("help");
        StoredMessage[] stored = EndUser.Stored(h);
        Assert.Equal([MessageDirection.Inbound, MessageDirection.Outbound], stored.Select(static m => m.Accepted.Direction));
        Assert.Equal((Purpose.Service, stored[0].Accepted.Sender, stored[0].Accepted.Contact), (stored[1].Accepted.Purpose, stored[1].Accepted.Sender, stored[1].Accepted.Contact));
        Assert.Equal(stored[0].Accepted.Id.Head, stored[1].Accepted.PreviousHead);
        Assert.Equal("+393331234567", Encoding.UTF8.GetString(MessageRecord.Read(stored[1].Record).To));
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(1, h.Provider.Receive(stored[1].Accepted.Id));
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Delivered, EndUser.Stored(h)[1].Events[^1].Status);
    }

    [Fact]
    public void Two_words_of_a_person_told_at_once_take_effect_in_their_order()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        EndUser.Told[] told = [user.Tell("stop"), user.Tell("start"), user.Tell("stop", id: "x"), user.Tell("ciao")];
        h.RunUntilIdle();
        h.Advance(400, 50);
        Assert.All(told, static t => Assert.True(t.Kept));
        Assert.Equal(["stop", "start", "stop", "ciao"], EndUser.Kept(h).Select(static m => m.Text));
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));
    }
}
