namespace Router.Grains.Placement;

/// <summary>See <see cref="ByShardAttribute"/>.</summary>
[GenerateSerializer, Immutable]
internal sealed class ByShardPlacement : PlacementStrategy;
