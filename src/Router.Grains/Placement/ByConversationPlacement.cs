namespace Router.Grains.Placement;

/// <summary>See <see cref="ByConversationAttribute"/>.</summary>
[GenerateSerializer, Immutable]
internal sealed class ByConversationPlacement : PlacementStrategy;
