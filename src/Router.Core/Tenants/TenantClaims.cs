using Router.Core.Inbound;

namespace Router.Core.Tenants;

/// <summary>
/// What belongs to one tenant alone (R1.7): its senders, and on a shared number its words. Numbers are compared as <see cref="OwnNumber"/> says. Cold.
/// </summary>
public static class TenantClaims
{
    /// <summary>The first thing that <paramref name="settings"/> take from another tenant; null: nothing.</summary>
    /// <param name="settings">Of the tenant that changes.</param>
    /// <param name="others">Names and settings of all others.</param>
    public static SettingsFault? FindConflict(TenantSettings settings, IEnumerable<(string Name, TenantSettings Settings)> others)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(others);
        if (settings.Senders.Count == 0 && !settings.Keywords.Any(static k => k.Number is not null))
        {
            return null;
        }

        var senders = settings.Senders.Select(static (s, i) => (Key: OwnNumber.KeyOf(s), Field: SettingsRange.At("senders", i))).ToDictionaryOfFirst();
        var shared = Shared(settings).Select(static s => (s.Number, SettingsRange.At("keywords", s.Index) + ".number")).ToDictionaryOfFirst();
        var words = Shared(settings).Select(static s => ((s.Number, s.Word), SettingsRange.At("keywords", s.Index) + ".word")).ToDictionaryOfFirst();
        foreach ((string name, TenantSettings other) in others)
        {
            foreach (string key in other.Senders.Select(OwnNumber.KeyOf))
            {
                if (senders.TryGetValue(key, out string? field) || shared.TryGetValue(key, out field))
                {
                    return new SettingsFault(field, $"is a sender of the tenant {name}: take it from there first");
                }
            }

            foreach ((string number, string word, _) in Shared(other))
            {
                if (senders.TryGetValue(number, out string? field))
                {
                    return new SettingsFault(field, $"is a shared number in keywords of the tenant {name}: take it from there first");
                }

                if (words.TryGetValue((number, word), out field))
                {
                    return new SettingsFault(field, $"is taken on this number by the tenant {name}: choose another word");
                }
            }
        }

        return null;
    }

    private static IEnumerable<(string Number, string Word, int Index)> Shared(TenantSettings settings) => settings.Keywords
        .Select(static (rule, i) => (Rule: rule, Index: i))
        .Where(static r => r.Rule.Number is not null)
        .Select(static r => (OwnNumber.KeyOf(r.Rule.Number!), FoldedText.Of(r.Rule.Word), r.Index));

    private static Dictionary<TKey, string> ToDictionaryOfFirst<TKey>(this IEnumerable<(TKey Key, string Field)> items)
        where TKey : notnull
    {
        var first = new Dictionary<TKey, string>();
        foreach ((TKey key, string field) in items)
        {
            first.TryAdd(key, field);
        }

        return first;
    }
}
