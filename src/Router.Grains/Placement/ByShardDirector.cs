using Orleans.Runtime.Placement;

namespace Router.Grains.Placement;

/// <summary>See <see cref="ByShardAttribute"/>. A migration that names its silo has its way.</summary>
internal sealed class ByShardDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress[] silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } asked)
        {
            return Task.FromResult(asked);
        }

        Array.Sort(silos);
        long key = GrainIdKeyExtensions.GetIntegerKey(target.GrainIdentity);
        return Task.FromResult(silos[(int)(key % silos.Length)]);
    }
}
