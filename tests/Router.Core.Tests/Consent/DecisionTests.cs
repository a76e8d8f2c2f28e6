using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Times;

namespace Router.Core.Tests.Consent;

public sealed class DecisionTests
{
    private const long Now = 1_000_000;

    private static readonly Purpose[] Purposes = Enum.GetValues<Purpose>();

    public static TheoryData<string, Purpose, VerdictKind, Reason> PairsOfFlagAndPurpose()
    {
        var rows = new TheoryData<string, Purpose, VerdictKind, Reason>();
        foreach (Purpose purpose in Purposes)
        {
            bool marketing = purpose == Purpose.Marketing;
            rows.Add("none", purpose, marketing ? VerdictKind.Reject : VerdictKind.Release, marketing ? Reason.ConsentMissing : Reason.None);
            rows.Add("granted", purpose, VerdictKind.Release, Reason.None);
            rows.Add("withdrawn", purpose, VerdictKind.Reject, Reason.OptedOut);
            rows.Add("granted blocked", purpose, VerdictKind.Reject, Reason.OptedOut);
            rows.Add("granted restricted", purpose, VerdictKind.Reject, Reason.Restricted);
            rows.Add("granted minor", purpose, VerdictKind.Reject, Reason.Underage);
            rows.Add("granted suppressed", purpose, marketing ? VerdictKind.Reject : VerdictKind.Release, marketing ? Reason.Suppressed : Reason.None);
            rows.Add("granted recording profiling ai", purpose, VerdictKind.Release, Reason.None);
            rows.Add("granted others-withdrawn", purpose, VerdictKind.Release, Reason.None);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(PairsOfFlagAndPurpose))]
    public void Each_pair_of_flag_and_purpose_has_its_verdict(string words, Purpose purpose, VerdictKind kind, Reason reason)
    {
        ContactFlags flags = Flags(words, purpose);
        Verdict verdict = Decision.Decide(flags, Facts(purpose), Now);
        Assert.Equal((kind, reason), (verdict.Kind, verdict.Reason));
    }

    [Fact]
    public void The_first_rule_that_applies_gives_the_reason()
    {
        // Everything is against it; each step takes the foremost reason away, and the next one shows.
        ContactFlags flags = Flags("withdrawn blocked restricted minor suppressed", Purpose.Marketing);
        var facts = new MessageFacts(Purpose.Marketing, Now + 5, Now, SenderAllowed: false, HasRoute: false);
        Assert.Equal(Verdict.Expire, Decision.Decide(flags, facts, Now));
        facts = facts with { ValidUntilMs = Now + 1 };
        Assert.Equal(Verdict.Reject(Reason.OptedOut), Decision.Decide(flags, facts, Now));
        flags = flags.WithBlocked(false);
        Assert.Equal(Verdict.Reject(Reason.Restricted), Decision.Decide(flags, facts, Now));
        flags = flags.WithRestricted(false);
        Assert.Equal(Verdict.Reject(Reason.Underage), Decision.Decide(flags, facts, Now));
        flags = flags.WithMinor(false);
        Assert.Equal(Verdict.Reject(Reason.Suppressed), Decision.Decide(flags, facts, Now));
        flags = flags.WithSuppressed(false);
        Assert.Equal(Verdict.Reject(Reason.OptedOut), Decision.Decide(flags, facts, Now));
        flags = flags.With(Purpose.Marketing, ConsentState.Unknown);
        Assert.Equal(Verdict.Reject(Reason.ConsentMissing), Decision.Decide(flags, facts, Now));
        flags = flags.With(Purpose.Marketing, ConsentState.Granted);
        Assert.Equal(Verdict.Reject(Reason.SenderNotAllowed), Decision.Decide(flags, facts, Now));
        facts = facts with { SenderAllowed = true };
        Assert.Equal(Verdict.Reject(Reason.NoRoute), Decision.Decide(flags, facts, Now));
        facts = facts with { HasRoute = true, OutsideRegion = true, QuietUntilMs = Now + 9 };
        Assert.Equal(Verdict.Reject(Reason.RegionForbidden), Decision.Decide(flags, facts, Now));
        facts = facts with { OutsideRegion = false };
        Assert.Equal(Verdict.Defer(Now + 5), Decision.Decide(flags, facts, Now));
        facts = facts with { NotBeforeMs = Now };
        Assert.Equal(Verdict.DeferQuiet(Now + 9), Decision.Decide(flags, facts, Now));
        facts = facts with { QuietUntilMs = Now };
        Assert.Equal(Verdict.Release, Decision.Decide(flags, facts, Now));
    }

    [Theory]
    [InlineData(Purpose.Otp)]
    [InlineData(Purpose.Transactional)]
    [InlineData(Purpose.Service)]
    public void Quiet_hours_are_for_marketing_alone(Purpose purpose) =>
        Assert.Equal(Verdict.Release, Decision.Decide(default, Facts(purpose) with { QuietUntilMs = Now + 9 }, Now));

    [Fact]
    public void A_contacts_time_zone_moves_no_other_flag()
    {
        var all = new ContactFlags(uint.MaxValue);
        Assert.Equal(TimeZones.NumberMax, all.TimeZone);
        for (int zone = 0; zone <= TimeZones.NumberMax; zone++)
        {
            Assert.Equal(zone, all.WithTimeZone(zone).TimeZone);
            Assert.Equal(all, all.WithTimeZone(zone).WithTimeZone(TimeZones.NumberMax));
            Assert.Equal((uint)zone << 18, default(ContactFlags).WithTimeZone(zone).Bits);
        }
    }

    [Fact]
    public void A_message_expires_at_the_millisecond_where_its_validity_ends()
    {
        MessageFacts facts = Facts(Purpose.Otp) with { ValidUntilMs = Now };
        Assert.Equal(VerdictKind.Release, Decision.Decide(default, facts, Now - 1).Kind);
        Assert.Equal((VerdictKind.Expire, Reason.Expired), (Decision.Decide(default, facts, Now).Kind, Decision.Decide(default, facts, Now).Reason));
    }

    [Fact]
    public void A_scheduled_message_leaves_at_its_millisecond_and_not_before()
    {
        MessageFacts facts = Facts(Purpose.Otp) with { NotBeforeMs = Now };
        Assert.Equal(Verdict.Defer(Now), Decision.Decide(default, facts, Now - 1));
        Assert.Equal(Verdict.Release, Decision.Decide(default, facts, Now));
    }

    [Fact]
    public void A_verdict_that_nobody_made_releases_nothing() => Assert.Equal(VerdictKind.None, default(Verdict).Kind);

    private static MessageFacts Facts(Purpose purpose) => new(purpose, 0, long.MaxValue, SenderAllowed: true, HasRoute: true);

    private static ContactFlags Flags(string words, Purpose purpose)
    {
        var flags = default(ContactFlags);
        foreach (string word in words.Split(' '))
        {
            flags = word switch
            {
                "none" => flags,
                "granted" => flags.With(purpose, ConsentState.Granted),
                "withdrawn" => flags.With(purpose, ConsentState.Withdrawn),
                "others-withdrawn" => Purposes.Where(p => p != purpose).Aggregate(flags, static (f, p) => f.With(p, ConsentState.Withdrawn)),
                "blocked" => flags.WithBlocked(true),
                "restricted" => flags.WithRestricted(true),
                "minor" => flags.WithMinor(true),
                "suppressed" => flags.WithSuppressed(true),
                "recording" => flags.WithRecording(ConsentState.Withdrawn),
                "profiling" => flags.WithProfiling(ConsentState.Withdrawn),
                "ai" => flags.WithAi(ConsentState.Withdrawn),
                _ => throw new ArgumentException(word, nameof(words)),
            };
        }

        return flags;
    }
}
