namespace Router.Core.Routing;

/// <summary>A compiled route: its providers by number, the cheapest first (ties in the order given).</summary>
/// <param name="Providers">Numbers of one to eight provider accounts.</param>
/// <param name="Regions">The region of each (<see cref="Tenants.RegionTag"/>), in the same order.</param>
public sealed record Route(IReadOnlyList<int> Providers, IReadOnlyList<uint> Regions)
{
    /// <summary>The same for messages with media: of those of its providers that carry any; null: none does, or the channel has none.</summary>
    public Route? ForMedia { get; init; }

    /// <summary>All of them, one bit each in the route's order.</summary>
    public byte All => (byte)((1 << Providers.Count) - 1);

    /// <summary>Those that may carry a message that must stay in <paramref name="region"/>, one bit each in the route's order; 0 for the region: all.</summary>
    public byte In(uint region)
    {
        if (region == 0)
        {
            return All;
        }

        int inside = 0;
        for (int i = 0; i < Regions.Count; i++)
        {
            inside |= Regions[i] == region ? 1 << i : 0;
        }

        return (byte)inside;
    }
}
