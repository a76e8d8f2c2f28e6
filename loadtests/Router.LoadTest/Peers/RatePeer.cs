namespace Router.LoadTest.Peers;

/// <summary>What a peer did of the same work.</summary>
/// <param name="Name">Which.</param>
/// <param name="PerSecond">Messages a second.</param>
internal sealed record RatePeer(string Name, double PerSecond);
