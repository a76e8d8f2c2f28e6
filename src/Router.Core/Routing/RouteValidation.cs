using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Core.Routing;

/// <summary>Names what is wrong with routes before they are set (<c>PUT /admin/routes</c>). Cold; any thread.</summary>
public static class RouteValidation
{
    /// <summary>Providers of a route at most.</summary>
    public const int ProvidersMax = 8;

    /// <summary>All faults of <paramref name="routes"/> against the tenants and providers of <paramref name="configuration"/>; none: they may be set.</summary>
    public static IReadOnlyList<RouteFault> Check(IReadOnlyList<RouteSettings> routes, Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(configuration);
        var faults = new List<RouteFault>();
        var firstByMatch = new Dictionary<(RouteKey, uint), int>();
        var matches = new RouteMatch?[routes.Count];
        for (int i = 0; i < routes.Count; i++)
        {
            string at = $"routes[{i}]";
            CheckMatch(routes[i], at, configuration, faults);
            CheckProviders(routes[i], at, configuration, faults);
            if (!RouteMatch.TryParse(routes[i], configuration, out RouteMatch? match))
            {
                continue;
            }

            matches[i] = match;
            if (!firstByMatch.TryAdd((match.Key, match.Region), i))
            {
                faults.Add(new(at, $"matches the same as routes[{firstByMatch[(match.Key, match.Region)]}]; merge their providers into one route"));
            }
        }

        RouteReach.Check(matches, faults);
        return faults;
    }

    private static void CheckMatch(RouteSettings route, string at, Configuration configuration, List<RouteFault> faults)
    {
        if (!RouteMatch.TryParseChannel(route.Channel, out _))
        {
            faults.Add(new(at + ".channel", $"is '{route.Channel}', which is not a channel; use one of {WireNames.ChannelList}"));
        }

        if (!RouteMatch.TryParsePrefix(route.Prefix, out _))
        {
            faults.Add(new(at + ".prefix", $"is '{route.Prefix}', which is not a prefix; give 1 to {DestinationPrefix.DigitsMax} digits, with or without +, or leave it out for all destinations"));
        }

        if (route.Tenant is not null && configuration.FindTenant(route.Tenant) is null)
        {
            faults.Add(new(at + ".tenant", $"is '{route.Tenant}', and there is no such tenant; set it first, or leave it out for all tenants"));
        }

        if (!RouteMatch.TryParseSender(route.Sender, out _))
        {
            faults.Add(new(at + ".sender", $"is '{route.Sender}', which is not a sender; leave it out for all senders"));
        }

        if (!RouteMatch.TryParsePurpose(route.Purpose, out _))
        {
            faults.Add(new(at + ".purpose", $"is '{route.Purpose}', which is not a purpose; use one of {string.Join(", ", Enum.GetValues<Purpose>().Select(WireNames.Of))}, or leave it out for all"));
        }

        if (!RouteMatch.TryParseRegion(route.Region, out _))
        {
            faults.Add(new(at + ".region", $"is '{route.Region}', which is not the name of a region: {SettingsNames.Rule}; leave it out for all"));
        }
    }

    private static void CheckProviders(RouteSettings route, string at, Configuration configuration, List<RouteFault> faults)
    {
        // The settings come from JSON: a missing list is null whatever its type says.
        int count = route.Providers?.Count ?? 0;
        if (count is 0 or > ProvidersMax)
        {
            faults.Add(new(at + ".providers", $"has {count} providers; give 1 to {ProvidersMax}"));
            return;
        }

        bool known = RouteMatch.TryParseChannel(route.Channel, out Channel channel);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string name = route.Providers![i];
            ProviderAccount? provider = name is null ? null : configuration.FindProvider(name);
            if (provider is null)
            {
                faults.Add(new($"{at}.providers[{i}]", $"is '{name}', and there is no such provider; set it first"));
            }
            else if (known && !provider.Carries(channel))
            {
                faults.Add(new($"{at}.providers[{i}]", $"is '{name}', which does not carry {route.Channel}; add it to the provider's channels or leave the provider out"));
            }

            if (name is not null && !seen.Add(name))
            {
                faults.Add(new($"{at}.providers[{i}]", $"is '{name}', which is named twice; name each provider once"));
            }
        }
    }
}
