using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Core.Routing;

/// <summary>
/// Finds routes that no message can reach, because more specific ones take all that they match: all four purposes of it, or all numbers under its prefix. Only routes of one channel, tenant and
/// sender can do that to each other: of tenants and senders there may always be another. A route for one region is taken from by those for it and those for any, one for any by the latter alone. Cold.
/// </summary>
/// <remarks>A number has more digits than a prefix may (<see cref="DestinationPrefix.DigitsMax"/>), so the ten prefixes that are one digit longer take all of a prefix; none begins with 0.</remarks>
internal sealed class RouteReach
{
    private static readonly Purpose[] Purposes = Enum.GetValues<Purpose>();

    // Of one group: which prefixes have a route for which purposes (bit 4: for all), and the prefixes that some route's begins with.
    private readonly Dictionary<(int Length, int Value), int> purposesByPrefix = [];
    private readonly HashSet<(int Length, int Value)> beginnings = [];

    private RouteReach()
    {
    }

    /// <summary>Adds a fault for each route of <paramref name="matches"/> that cannot be reached; null stands for a route whose match is wrong.</summary>
    public static void Check(IReadOnlyList<RouteMatch?> matches, List<RouteFault> faults)
    {
        var groups = new Dictionary<(Channel, int, uint, uint), RouteReach>();
        foreach (RouteMatch match in matches.OfType<RouteMatch>())
        {
            GroupOf(groups, match).Add(match);
        }

        foreach (((Channel channel, int tenant, uint sender, uint region), RouteReach group) in groups)
        {
            if (region != 0 && groups.TryGetValue((channel, tenant, sender, 0), out RouteReach? any))
            {
                group.Add(any);
            }
        }

        for (int i = 0; i < matches.Count; i++)
        {
            if (matches[i] is not { } match)
            {
                continue;
            }

            if (match.Prefix.Length > 0 && !Address.IsNumber(match.Channel))
            {
                faults.Add(new($"routes[{i}].prefix", $"is there, but {WireNames.Of(match.Channel)} has no numbers, so that no message can reach the route; leave it out"));
            }
            else if (GroupOf(groups, match).Covers(match))
            {
                faults.Add(new($"routes[{i}]", "cannot be reached by any message: routes for longer prefixes or single purposes take all that it matches; leave it out, or one of them"));
            }
        }
    }

    private static RouteReach GroupOf(Dictionary<(Channel, int, uint, uint), RouteReach> groups, RouteMatch match)
    {
        (Channel, int, uint, uint) key = (match.Channel, match.Tenant?.Number ?? 0, match.SenderTag, match.Region);
        if (!groups.TryGetValue(key, out RouteReach? group))
        {
            groups.Add(key, group = new RouteReach());
        }

        return group;
    }

    private void Add(RouteMatch match)
    {
        (int length, int value) = (match.Prefix.Length, match.Prefix.Value);
        purposesByPrefix[(length, value)] = purposesByPrefix.GetValueOrDefault((length, value)) | (match.Purpose is { } purpose ? 1 << (int)purpose : 1 << Purposes.Length);
        while (beginnings.Add((length, value)) && length > 0)
        {
            length--;
            value /= 10;
        }
    }

    private void Add(RouteReach other)
    {
        foreach (((int Length, int Value) prefix, int purposes) in other.purposesByPrefix)
        {
            purposesByPrefix[prefix] = purposesByPrefix.GetValueOrDefault(prefix) | purposes;
        }

        beginnings.UnionWith(other.beginnings);
    }

    private bool Covers(RouteMatch match)
    {
        (int Length, int Value) prefix = (match.Prefix.Length, match.Prefix.Value);
        return match.Purpose is { } purpose
            ? LongerCover(prefix, purpose)
            : Array.TrueForAll(Purposes, p => (purposesByPrefix[prefix] >> (int)p & 1) != 0 || LongerCover(prefix, p));
    }

    // At most ten looks a prefix that some route begins with: those that none does cover nothing.
    private bool LongerCover((int Length, int Value) prefix, Purpose purpose)
    {
        if (prefix.Length == DestinationPrefix.DigitsMax)
        {
            return false;
        }

        for (int digit = prefix.Length == 0 ? 1 : 0; digit < 10; digit++)
        {
            (int Length, int Value) longer = (prefix.Length + 1, (prefix.Value * 10) + digit);
            int purposes = purposesByPrefix.GetValueOrDefault(longer);
            bool covered = (purposes >> (int)purpose & 1) != 0 || (purposes >> Purposes.Length) != 0 || (beginnings.Contains(longer) && LongerCover(longer, purpose));
            if (!covered)
            {
                return false;
            }
        }

        return true;
    }
}
