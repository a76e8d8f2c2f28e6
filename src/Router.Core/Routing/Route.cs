namespace Router.Core.Routing;

/// <summary>A compiled route: its providers by number, the cheapest first (ties in the order given).</summary>
/// <param name="Providers">Numbers of one to eight provider accounts.</param>
public sealed record Route(IReadOnlyList<int> Providers)
{
    /// <summary>The same for messages with media: of those of its providers that carry any; null: none does, or the channel has none.</summary>
    public Route? ForMedia { get; init; }
}
