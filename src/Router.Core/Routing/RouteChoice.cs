namespace Router.Core.Routing;

/// <summary>
/// The routes that match the same but for the region, which is the last thing that makes a match more specific (DESIGN §6): one for messages of any region, and one for each that has its own.
/// Null for a route: it matches, but none of its providers can carry it.
/// </summary>
internal sealed class RouteChoice
{
    private Dictionary<uint, Route?>? ofRegion;
    private Route? ofAny;
    private bool hasAny;

    /// <summary>Adds a route; false: there is one of this region already, and that counts.</summary>
    public bool TryAdd(uint region, Route? route)
    {
        if (region != 0)
        {
            return (ofRegion ??= []).TryAdd(region, route);
        }

        bool first = !hasAny;
        ofAny = first ? route : ofAny;
        hasAny = true;
        return first;
    }

    /// <summary>The route of a message that must stay in <paramref name="region"/> (0: in none); false: none of these matches it.</summary>
    public bool TryGet(uint region, out Route? route)
    {
        if (region != 0 && ofRegion is not null && ofRegion.TryGetValue(region, out route))
        {
            return true;
        }

        route = ofAny;
        return hasAny;
    }
}
