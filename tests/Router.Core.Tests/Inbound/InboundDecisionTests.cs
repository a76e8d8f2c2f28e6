using System.Text;
using Router.Core.Consent;
using Router.Core.Inbound;
using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Core.Tests.Inbound;

public sealed class InboundDecisionTests
{
    private const string Italian = "+393331234567";

    [Theory]
    [InlineData("stop", Italian, false)]
    [InlineData("stop all", Italian, true)]
    [InlineData("stop", "+15551234567", true)]
    [InlineData("stop", "+1", true)]
    public void A_stop_withdraws_marketing_or_blocks(string text, string from, bool blocks)
    {
        InboundVerdict verdict = Decide(text, from);
        Assert.Equal(blocks, verdict.Flags is { Blocked: true, Stopped: true });
        Assert.Equal(blocks ? ConsentState.Unknown : ConsentState.Withdrawn, verdict.Flags.For(Purpose.Marketing));
        Assert.True(verdict is { ConfirmsStop: true, Reply: not null });
    }

    [Fact]
    public void The_carriers_of_a_country_ask_it_of_sms_alone() =>
        Assert.False(InboundDecision.Decide(Acme(), Channel.WhatsApp, "+15551234567"u8, "+39000"u8, "stop"u8, default).Flags.Blocked);

    [Fact]
    public void A_stop_is_confirmed_when_it_changes_something()
    {
        ContactFlags stopped = Decide("stop").Flags;
        Assert.Equal((stopped, null), (Decide("stop", flags: stopped).Flags, Decide("stop", flags: stopped).Reply));
        InboundVerdict more = Decide("stop all", flags: stopped);
        Assert.True(more is { Reply: not null, ConfirmsStop: true });
        Assert.Null(Decide("stop all", flags: more.Flags).Reply);
        Assert.Null(Decide("stop", flags: default(ContactFlags).WithBlocked(true)).Reply);
        Assert.Equal(ConsentState.Withdrawn, Decide("stop", flags: default(ContactFlags).WithBlocked(true)).Flags.For(Purpose.Marketing));
    }

    [Fact]
    public void A_start_lifts_what_the_person_stopped_and_no_more()
    {
        ContactFlags stopped = Decide("stop all", flags: Decide("stop").Flags).Flags;
        InboundVerdict started = Decide("start", flags: stopped);
        Assert.Equal((false, ConsentState.Granted), (started.Flags.Blocked, started.Flags.For(Purpose.Marketing)));
        Assert.True(started is { Reply: not null, ConfirmsStop: false });

        Assert.Equal((default, null), (Decide("start").Flags, Decide("start").Reply));
        ContactFlags both = default(ContactFlags).WithBlocked(true).WithStopped(true);
        Assert.True(Decide("start", flags: both).Flags.Blocked);
        Assert.False(both.WithBlocked(false).Blocked); // the tenant lifts both
    }

    [Fact]
    public void A_flags_change_to_blocked_is_the_tenants_alone_and_back_lifts_both()
    {
        FlagsChange block = FlagsChange.Of(static f => f.WithBlocked(true));
        FlagsChange unblock = FlagsChange.Of(static f => f.WithBlocked(false));
        ContactFlags stopped = default(ContactFlags).WithStopped(true);
        Assert.True(block.Apply(stopped) is { Blocked: true, Stopped: true });
        Assert.True(block.Apply(default) is { Blocked: true, Stopped: false });
        Assert.Equal(default, unblock.Apply(block.Apply(stopped)));
    }

    [Theory]
    [InlineData("stop", "+393331234567", "Acme: Non riceverai")]
    [InlineData("stop", "+4915112345678", "Acme: Sie erhalten")]
    [InlineData("stop", "+998901234567", "Acme: You will")]
    [InlineData("basta", "+4915112345678", "Acme: Non riceverai")]
    [InlineData("ayuda", "+393331234567", "Acme: Responda")]
    public void Answers_speak_the_words_language_else_the_numbers(string text, string from, string begins) =>
        Assert.StartsWith(begins, Decide(text, from).Reply, StringComparison.Ordinal);

    [Fact]
    public void Rules_come_first_the_first_that_matches()
    {
        KeywordRule[] rules =
        [
            new() { Word = "Früh", Reply = "early" }, new() { Word = "fruh", IsPrefix = true, Reply = "any" }, new() { Word = "x", Number = "48500", Reply = "shared" },
            new() { Word = "annulla", Reply = "cancelled" }, new() { Word = "STOP", Action = KeywordAction.Start, Reply = "no" },
        ];
        Assert.Equal("early", Decide("FRÜH!", rules: rules).Reply);
        Assert.Equal("any", Decide("fruh morgens", rules: rules).Reply);
        Assert.Null(Decide("fruher", rules: rules).Reply);
        Assert.Null(Decide("x", rules: rules).Reply);
        Assert.Equal("shared", Decide("x", rules: rules, number: "48500").Reply);
        Assert.Equal((default, "cancelled"), (Decide("annulla", rules: rules).Flags, Decide("annulla", rules: rules).Reply));
        Assert.Equal((ConsentState.Withdrawn, "no"), (Decide("stop", rules: rules).Flags.For(Purpose.Marketing), Decide("stop", rules: rules).Reply));
    }

    [Fact]
    public void A_long_text_is_no_word() => Assert.Equal(WordAction.None, Decide("stop" + new string(' ', FoldedText.CharactersMax)).Action);

    [Fact]
    public void A_confirmation_passes_a_block_and_nothing_else()
    {
        var facts = new MessageFacts(Purpose.Service, 0, 100, true, true);
        ContactFlags blocked = default(ContactFlags).WithStopped(true).WithBlocked(true).With(Purpose.Service, ConsentState.Withdrawn);
        Assert.Equal(Verdict.Reject(Reason.OptedOut), Decision.Decide(default(ContactFlags).WithStopped(true), facts, 0));
        Assert.Equal(Verdict.Release, Decision.DecideConfirmation(blocked, facts, 0));
        Assert.Equal(Verdict.Reject(Reason.Restricted), Decision.DecideConfirmation(blocked.WithRestricted(true), facts, 0));
        Assert.Equal(Verdict.Reject(Reason.Underage), Decision.DecideConfirmation(blocked.WithMinor(true), facts, 0));
        Assert.Equal(Verdict.Expire, Decision.DecideConfirmation(blocked, facts, 100));
        Assert.Equal(Verdict.Reject(Reason.SenderNotAllowed), Decision.DecideConfirmation(blocked, facts with { SenderAllowed = false }, 0));
    }

    private static Tenant Acme(params KeywordRule[] rules) => new(1, "acme", new TenantSettings { Name = "Acme", Senders = ["+39000"], Keywords = rules });

    private static InboundVerdict Decide(string text, string from = Italian, ContactFlags flags = default, KeywordRule[]? rules = null, string number = "+39000") =>
        InboundDecision.Decide(Acme(rules ?? []), Channel.Sms, Encoding.UTF8.GetBytes(from), Encoding.UTF8.GetBytes(number), Encoding.UTF8.GetBytes(text), flags);
}
