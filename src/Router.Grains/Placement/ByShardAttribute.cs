using Orleans.Placement;

namespace Router.Grains.Placement;

/// <summary>Places a grain with an integer key on silo <c>key mod silos</c>, the silos sorted: 22/21/21 of 64 on three silos where the built-in ways give 16/26/22 (GROUND, Orleans).</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByShardAttribute() : PlacementAttribute(new ByShardPlacement());
