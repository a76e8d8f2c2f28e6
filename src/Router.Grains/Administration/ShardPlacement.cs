namespace Router.Grains.Administration;

/// <summary>Where a shard is.</summary>
/// <param name="Shard">0 to 63.</param>
/// <param name="Silo">The silo's address; empty: no owner now.</param>
/// <param name="Epoch">The number of this ownership.</param>
/// <param name="Waiting">Messages accepted and not finished.</param>
[GenerateSerializer, Immutable]
public sealed record ShardPlacement([property: Id(0)] int Shard, [property: Id(1)] string Silo, [property: Id(2)] long Epoch, [property: Id(3)] long Waiting);
