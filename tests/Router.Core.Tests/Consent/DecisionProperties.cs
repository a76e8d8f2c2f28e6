using FsCheck.Xunit;
using Router.Core.Consent;
using Router.Core.Messages;

namespace Router.Core.Tests.Consent;

/// <summary>No order of grants, withdrawals, flags and sends lets a message pass against a flag: the packed word against a plain model.</summary>
public sealed class DecisionProperties
{
    /// <summary>One act upon a contact, or a send.</summary>
    public enum Act
    {
        Grant,
        Withdraw,
        Forget,
        Block,
        Unblock,
        Restrict,
        Unrestrict,
        Minor,
        Adult,
        Suppress,
        Unsuppress,
        Record,
        Profile,
        Ai,
        Send,
    }

    [Property(MaxTest = 400)]
    public void No_order_of_acts_lets_a_message_pass_against_a_flag((Act Act, Purpose Purpose)[] acts)
    {
        var flags = default(ContactFlags);
        var model = new Model();
        foreach ((Act act, Purpose purpose) in acts)
        {
            flags = Change(act, purpose).Apply(flags);
            model.Apply(act, purpose);
            foreach (Purpose sent in Enum.GetValues<Purpose>())
            {
                var facts = new MessageFacts(sent, 0, long.MaxValue, SenderAllowed: true, HasRoute: true);
                Assert.Equal(model.MayLeave(sent), Decision.Decide(flags, facts, 0).Kind == VerdictKind.Release);
            }
        }
    }

    [Property(MaxTest = 400)]
    public void Any_word_and_any_facts_release_only_what_every_rule_allows(uint bits, Purpose purpose, bool sender, bool route, long notBefore, long validUntil, long now)
    {
        var flags = new ContactFlags(bits);
        Verdict verdict = Decision.Decide(flags, new MessageFacts(purpose, notBefore, validUntil, sender, route), now);
        bool allowed = !flags.Blocked && !flags.Restricted && !flags.Minor && sender && route && notBefore <= now && now < validUntil
            && (purpose == Purpose.Marketing
                ? !flags.Suppressed && flags.For(purpose) == ConsentState.Granted
                : flags.For(purpose) is ConsentState.Unknown or ConsentState.Granted);
        Assert.Equal(allowed, verdict.Kind == VerdictKind.Release);
        Assert.Equal(verdict.Kind is VerdictKind.Reject or VerdictKind.Expire, verdict.Reason != Reason.None);
        Assert.Equal(verdict.Kind == VerdictKind.Defer ? notBefore : 0, verdict.UntilMs);
    }

    private static FlagsChange Change(Act act, Purpose purpose) => act switch
    {
        Act.Grant => FlagsChange.Of(f => f.With(purpose, ConsentState.Granted)),
        Act.Withdraw => FlagsChange.Of(f => f.With(purpose, ConsentState.Withdrawn)),
        Act.Forget => FlagsChange.Of(f => f.With(purpose, ConsentState.Unknown)),
        Act.Block => FlagsChange.Of(static f => f.WithBlocked(true)),
        Act.Unblock => FlagsChange.Of(static f => f.WithBlocked(false)),
        Act.Restrict => FlagsChange.Of(static f => f.WithRestricted(true)),
        Act.Unrestrict => FlagsChange.Of(static f => f.WithRestricted(false)),
        Act.Minor => FlagsChange.Of(static f => f.WithMinor(true)),
        Act.Adult => FlagsChange.Of(static f => f.WithMinor(false)),
        Act.Suppress => FlagsChange.Of(static f => f.WithSuppressed(true)),
        Act.Unsuppress => FlagsChange.Of(static f => f.WithSuppressed(false)),
        Act.Record => FlagsChange.Of(static f => f.WithRecording(ConsentState.Granted)),
        Act.Profile => FlagsChange.Of(static f => f.WithProfiling(ConsentState.Withdrawn)),
        Act.Ai => FlagsChange.Of(static f => f.WithAi(ConsentState.Withdrawn)),
        _ => default,
    };

    private sealed class Model
    {
        private readonly HashSet<Purpose> granted = [];
        private readonly HashSet<Purpose> withdrawn = [];
        private bool blocked;
        private bool restricted;
        private bool minor;
        private bool suppressed;

        public void Apply(Act act, Purpose purpose)
        {
            switch (act)
            {
                case Act.Grant:
                    granted.Add(purpose);
                    withdrawn.Remove(purpose);
                    break;
                case Act.Withdraw:
                    granted.Remove(purpose);
                    withdrawn.Add(purpose);
                    break;
                case Act.Forget:
                    granted.Remove(purpose);
                    withdrawn.Remove(purpose);
                    break;
                case Act.Block or Act.Unblock:
                    blocked = act == Act.Block;
                    break;
                case Act.Restrict or Act.Unrestrict:
                    restricted = act == Act.Restrict;
                    break;
                case Act.Minor or Act.Adult:
                    minor = act == Act.Minor;
                    break;
                case Act.Suppress or Act.Unsuppress:
                    suppressed = act == Act.Suppress;
                    break;
                default:
                    break;
            }
        }

        public bool MayLeave(Purpose purpose) =>
            !(blocked || restricted || minor)
            && !withdrawn.Contains(purpose)
            && (purpose != Purpose.Marketing || (granted.Contains(purpose) && !suppressed));
    }
}
