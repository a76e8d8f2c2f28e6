using Router.Core.Messages;
using Router.Core.Templates;
using Router.Core.Times;

namespace Router.Core.Tenants;

/// <summary>A tenant as the hot path needs it: compiled from <see cref="TenantSettings"/>, immutable, replaced whole on a change.</summary>
public sealed class Tenant
{
    private readonly Sender[] senders;
    private readonly long[]? prices;
    private readonly int ownSenders;
    private readonly CompiledRule[] rules;

    /// <summary>Compiles <paramref name="settings"/>.</summary>
    public Tenant(int number, string name, TenantSettings settings, CreditLine? credit = null, TemplateSet? templates = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Number = number;
        Name = name;
        Settings = settings;
        Templates = templates ?? TemplateSet.Empty;
        Region = RegionTag.Of(settings.Region);
        Quiet = settings.QuietHours is { } quiet && QuietHours.TryParse(quiet.From, out int from) && QuietHours.TryParse(quiet.To, out int to)
            ? new QuietClock(from, to, settings.TimeZone is { } zone ? TimeZones.NumberOf(zone) : 0)
            : null;
        Credit = credit;
        if (settings.Prices is { } byChannel)
        {
            prices = new long[byte.MaxValue + 1];
            foreach ((string word, decimal price) in byChannel)
            {
                prices[WireNames.TryParse(System.Text.Encoding.ASCII.GetBytes(word), out Channel channel) ? (int)channel : 0] = Money.Of(price);
            }
        }

        rules = [.. settings.Keywords.Select(static k => new CompiledRule(k))];

        // The numbers of its keywords are shared: it may answer from them, but they are nobody's own and never its default.
        senders = [.. settings.Senders.Select(static s => new Sender(s)), .. rules.Select(static r => r.Sender).OfType<Sender>().DistinctBy(static s => s.Tag)];
        ownSenders = settings.Senders.Count;
    }

    /// <summary>The internal number, 1 and up; never used again after a deletion.</summary>
    public int Number { get; }

    /// <summary>The name in URLs and topics.</summary>
    public string Name { get; }

    /// <summary>As set.</summary>
    public TenantSettings Settings { get; }

    /// <summary>It is being deleted: nobody calls as it any more, nothing of it is accepted, and what waits is cancelled.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>The region that its messages must stay in which name none (<see cref="RegionTag"/>); 0: any.</summary>
    public uint Region { get; }

    /// <summary>Its quiet hours; null: it has none.</summary>
    public QuietClock? Quiet { get; }

    /// <summary>Its templates.</summary>
    public TemplateSet Templates { get; }

    /// <summary>What it may spend; null: it is not charged.</summary>
    public CreditLine? Credit { get; }

    /// <summary>Price of a segment, millionths; 0: none.</summary>
    public long PriceOf(Channel channel) => prices is null ? 0 : prices[(byte)channel];

    /// <summary>Its own senders: no other tenant has one of them.</summary>
    public ReadOnlySpan<Sender> OwnSenders => senders.AsSpan(0, ownSenders);

    /// <summary>Its keyword rules, in their order.</summary>
    public IReadOnlyList<CompiledRule> Rules => rules;

    /// <summary>The first rule for <paramref name="number"/> (<see cref="OwnNumber"/>) that a folded text matches; null: none.</summary>
    public KeywordRule? FindRule(string number, string folded)
    {
        foreach (CompiledRule rule in rules)
        {
            if ((rule.Number is null || rule.Number == number) && rule.Matches(folded))
            {
                return rule.Rule;
            }
        }

        return null;
    }

    /// <summary>The tenant's first sender that fits <paramref name="channel"/>, else <see cref="Sender.None"/>.</summary>
    public Sender DefaultSender(Channel channel)
    {
        foreach (Sender sender in OwnSenders)
        {
            if (Fits(sender, channel))
            {
                return sender;
            }
        }

        return Sender.None;
    }

    /// <summary>The tenant's sender with exactly these bytes, if it fits the channel; null when the tenant has none such.</summary>
    public Sender? FindSender(Channel channel, ReadOnlySpan<byte> utf8)
    {
        foreach (Sender sender in senders)
        {
            if (sender.Utf8.Span.SequenceEqual(utf8) && Fits(sender, channel))
            {
                return sender;
            }
        }

        return null;
    }

    /// <summary>The tenant's sender with this tag; null when it has none such (any more).</summary>
    public Sender? FindSender(uint tag)
    {
        foreach (Sender sender in senders)
        {
            if (sender.Tag == tag)
            {
                return sender;
            }
        }

        return null;
    }

    // A mailbox is for e-mail; numbers, short codes and sender ids are for everything else.
    private static bool Fits(Sender sender, Channel channel) =>
        sender.Utf8.Span.Contains((byte)'@') == (channel == Channel.Email);
}
