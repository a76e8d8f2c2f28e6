using System.Text;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Core.Inbound;

/// <summary>
/// Decides what a message from an end user does (R2.3, R2.7). Pure, any thread; cold beside the way out.
/// <list type="number">
/// <item>The tenant's first rule that matches says what it asks for and what is answered. A rule makes a universal STOP (<see cref="OptOutWord.IsUniversal"/>) mean no less.</item>
/// <item>Without a rule the words of <see cref="OptOutWords"/> do, where the text is the word alone.</item>
/// <item>STOP withdraws marketing; it blocks where the tenant's <c>stop</c> is <c>all</c> or the number is one of +1, whose carriers demand it (CTIA §5.1.3). STOP ALL blocks.</item>
/// <item>START lifts what a STOP did: the person's own block, and a withdrawal of marketing becomes a grant, for the person has asked for messages in so many words. Where nothing was stopped
/// it grants nothing, and a block that the tenant set stays.</item>
/// <item>STOP and START are answered only when they change something: a STOP said twice is confirmed once.</item>
/// </list>
/// </summary>
public static class InboundDecision
{
    /// <summary>Decides.</summary>
    /// <param name="tenant">Whose message it is.</param>
    /// <param name="channel">Its channel.</param>
    /// <param name="from">Canonical address of who sent it.</param>
    /// <param name="number">The own number it came to.</param>
    /// <param name="text">Its text, UTF-8.</param>
    /// <param name="flags">The contact's flags before it.</param>
    public static InboundVerdict Decide(Tenant tenant, Channel channel, ReadOnlySpan<byte> from, ReadOnlySpan<byte> number, ReadOnlySpan<byte> text, ContactFlags flags)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        string folded = FoldedText.Of(text);

        // A long text is no word: what was folded of it may be.
        OptOutWord word = text.Length <= FoldedText.CharactersMax ? OptOutWords.Find(folded) : default;
        KeywordRule? rule = tenant.FindRule(OwnNumber.KeyOf(number), folded);
        WordAction action = ActionOf(rule, word);
        if (action == WordAction.Stop && (tenant.Settings.Stop == StopScope.All || (channel == Channel.Sms && from.StartsWith("+1"u8))))
        {
            action = WordAction.StopAll;
        }

        ContactFlags after = action switch
        {
            WordAction.Stop => flags.With(Purpose.Marketing, ConsentState.Withdrawn),
            WordAction.StopAll => flags.WithStopped(true),
            WordAction.Start => Start(flags),
            _ => flags,
        };
        bool isStop = action is WordAction.Stop or WordAction.StopAll;
        bool wasStopped = flags.Blocked || (action == WordAction.Stop && after == flags);
        bool answers = isStop ? !wasStopped : action != WordAction.Start || after != flags;
        string? reply = !answers ? null
            : rule?.Reply ?? (action == WordAction.None ? null : ReplyTexts.For(action, word.Language ?? "", Encoding.UTF8.GetString(from), tenant.Settings.Name));
        return new InboundVerdict(action, after, reply, isStop && reply is not null);
    }

    private static WordAction ActionOf(KeywordRule? rule, OptOutWord word)
    {
        if (rule is null)
        {
            return word.Action;
        }

        WordAction asked = rule.Action switch
        {
            KeywordAction.Stop => WordAction.Stop,
            KeywordAction.Start => WordAction.Start,
            KeywordAction.Help => WordAction.Help,
            _ => WordAction.None,
        };
        return word.IsUniversal && !(asked == WordAction.Stop && word.Action == WordAction.Stop) ? word.Action : asked;
    }

    private static ContactFlags Start(ContactFlags flags)
    {
        ContactFlags after = flags.WithStopped(false);
        return after.For(Purpose.Marketing) == ConsentState.Withdrawn ? after.With(Purpose.Marketing, ConsentState.Granted) : after;
    }
}
