using System.Text;
using Router.Core.Messages;
using Router.Core.Routing;

namespace Router.Core.Tenants;

/// <summary>What holds for <see cref="RouteSettings"/> before they are kept. Cold.</summary>
public static class RouteRules
{
    /// <summary>Routes at most.</summary>
    public const int RoutesMax = 10_000;

    /// <summary>Providers of a route at most.</summary>
    public const int ProvidersMax = 8;

    /// <summary>
    /// The first thing wrong with <paramref name="routes"/>, all of them together; null: they are right. A tenant, provider or sender need not be there yet: a route
    /// whose providers are not there matches and gives <c>no_route</c>.
    /// </summary>
    public static SettingsFault? Check(IReadOnlyList<RouteSettings> routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        if (routes.Count > RoutesMax)
        {
            return new SettingsFault("routes", $"{routes.Count} routes: at most {RoutesMax}");
        }

        var seen = new Dictionary<(string, string, string?, string?, string?), int>();
        for (int i = 0; i < routes.Count; i++)
        {
            RouteSettings route = routes[i];
            string at = SettingsRange.At("routes", i);
            if (Check(at, route) is { } fault)
            {
                return fault;
            }

            var key = (route.Channel, route.Prefix?.TrimStart('+') ?? "", route.Tenant, route.Sender, route.Purpose);
            if (!seen.TryAdd(key, i))
            {
                return new SettingsFault(at, $"matches exactly what routes[{seen[key]}] matches: only one of them can win, leave one out");
            }
        }

        return null;
    }

    private static SettingsFault? Check(string at, RouteSettings route) =>
        CheckWords(at, route)
        ?? CheckPrefix(at + ".prefix", route.Prefix)
        ?? (route.Tenant is { } tenant && !SettingsNames.IsName(tenant) ? new SettingsFault(at + ".tenant", SettingsNames.Rule) : null)
        ?? (route.Sender is { } sender ? SettingsRange.CheckText(at + ".sender", sender, 254) : null)
        ?? CheckProviders(at + ".providers", route.Providers);

    private static SettingsFault? CheckWords(string at, RouteSettings route)
    {
        if (!WireNames.TryParse(Encoding.UTF8.GetBytes(route.Channel), out Channel _))
        {
            return new SettingsFault(at + ".channel", "is not the word of a channel, such as sms");
        }

        return route.Purpose is { } word && !WireNames.TryParse(Encoding.UTF8.GetBytes(word), out Purpose _)
            ? new SettingsFault(at + ".purpose", "is not otp, transactional, service or marketing")
            : null;
    }

    private static SettingsFault? CheckPrefix(string field, string? prefix)
    {
        if (prefix is null)
        {
            return null;
        }

        ReadOnlySpan<char> digits = prefix.StartsWith('+') ? prefix.AsSpan(1) : prefix;
        return digits.Length is 0 or > DestinationPrefix.DigitsMax || digits.ContainsAnyExceptInRange('0', '9')
            ? new SettingsFault(field, "is not one to six digits, with or without + before them")
            : null;
    }

    private static SettingsFault? CheckProviders(string field, IReadOnlyList<string> providers)
    {
        if (providers.Count is 0 or > ProvidersMax)
        {
            return new SettingsFault(field, $"{providers.Count} providers: a route has 1 to {ProvidersMax}");
        }

        for (int i = 0; i < providers.Count; i++)
        {
            if (!SettingsNames.IsName(providers[i]))
            {
                return new SettingsFault(SettingsRange.At(field, i), SettingsNames.Rule);
            }

            for (int before = 0; before < i; before++)
            {
                if (providers[before] == providers[i])
                {
                    return new SettingsFault(SettingsRange.At(field, i), "is there already: leave it out");
                }
            }
        }

        return null;
    }
}
