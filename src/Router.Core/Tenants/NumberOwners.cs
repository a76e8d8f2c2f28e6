using System.Collections.Frozen;
using Router.Core.Inbound;

namespace Router.Core.Tenants;

/// <summary>Whose an own number is, compiled from all tenants: the part of <see cref="Configuration"/> that messages from end users are matched by. Immutable, any thread.</summary>
public sealed class NumberOwners
{
    // Words of a text that are tried as one keyword: a keyword has at most 40 characters, and few have blanks.
    private const int WordsMax = 6;

    private readonly FrozenDictionary<string, (Tenant Tenant, Sender Sender)> owners;
    private readonly FrozenDictionary<string, SharedNumber> shared;

    /// <summary>Compiles <paramref name="tenants"/>.</summary>
    public NumberOwners(IEnumerable<Tenant> tenants)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        var senders = new Dictionary<string, (Tenant, Sender)>(StringComparer.Ordinal);
        var numbers = new Dictionary<string, SharedNumber>(StringComparer.Ordinal);

        // Settings are checked to take nothing from one another; where two do all the same, the older tenant keeps it.
        foreach (Tenant tenant in tenants.OrderBy(static t => t.Number))
        {
            foreach (Sender sender in tenant.OwnSenders)
            {
                senders.TryAdd(OwnNumber.KeyOf(sender.Value), (tenant, sender));
            }

            foreach (CompiledRule rule in tenant.Rules.Where(static r => r.Number is not null))
            {
                if (!numbers.TryGetValue(rule.Number!, out SharedNumber? number))
                {
                    numbers.Add(rule.Number!, number = new SharedNumber());
                }

                number.Add(tenant, rule);
            }
        }

        owners = senders.ToFrozenDictionary(StringComparer.Ordinal);
        shared = numbers.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The tenant whose own sender <paramref name="number"/> is; null: nobody's.</summary>
    public (Tenant Tenant, Sender Sender)? Find(ReadOnlySpan<byte> number) =>
        owners.TryGetValue(OwnNumber.KeyOf(number), out (Tenant Tenant, Sender Sender) owner) ? owner : null;

    /// <summary>Whether tenants share <paramref name="number"/> by keywords.</summary>
    public bool IsShared(ReadOnlySpan<byte> number) => shared.ContainsKey(OwnNumber.KeyOf(number));

    /// <summary>The tenant that <paramref name="text"/> names on a shared number: the longest of its words that matches; null: none.</summary>
    public (Tenant Tenant, Sender Sender)? FindByWord(ReadOnlySpan<byte> number, ReadOnlySpan<byte> text)
    {
        if (!shared.TryGetValue(OwnNumber.KeyOf(number), out SharedNumber? words))
        {
            return null;
        }

        string folded = FoldedText.Of(text);
        string[] parts = folded.Split(' ', WordsMax + 1);
        for (int count = Math.Min(parts.Length, WordsMax); count > 0; count--)
        {
            string word = string.Join(' ', parts[..count]);
            if (words.ByWord.TryGetValue(word, out List<(Tenant Tenant, CompiledRule Rule)>? rules))
            {
                foreach ((Tenant tenant, CompiledRule rule) in rules)
                {
                    if (rule.Matches(folded))
                    {
                        return (tenant, rule.Sender!);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>All tenants that share <paramref name="number"/>, each with its sender there.</summary>
    public IReadOnlyCollection<(Tenant Tenant, Sender Sender)> Sharing(ReadOnlySpan<byte> number) =>
        shared.TryGetValue(OwnNumber.KeyOf(number), out SharedNumber? words) ? words.Tenants : [];

    private sealed class SharedNumber
    {
        public Dictionary<string, List<(Tenant Tenant, CompiledRule Rule)>> ByWord { get; } = new(StringComparer.Ordinal);

        public List<(Tenant Tenant, Sender Sender)> Tenants { get; } = [];

        public void Add(Tenant tenant, CompiledRule rule)
        {
            if (!ByWord.TryGetValue(rule.Word, out List<(Tenant, CompiledRule)>? rules))
            {
                ByWord.Add(rule.Word, rules = []);
            }

            rules.Add((tenant, rule));
            if (Tenants.Count == 0 || Tenants[^1].Tenant != tenant)
            {
                Tenants.Add((tenant, rule.Sender!));
            }
        }
    }
}
