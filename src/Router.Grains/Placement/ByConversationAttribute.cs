using Orleans.Placement;

namespace Router.Grains.Placement;

/// <summary>Places a conversation's grain on the silo where its shard is: its calls to it stay inside the process.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByConversationAttribute() : PlacementAttribute(new ByConversationPlacement());
