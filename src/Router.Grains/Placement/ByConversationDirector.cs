using Orleans.Runtime.Placement;
using Router.Grains.Administration;
using Router.Grains.Conversations;
using Router.Grains.Shards;

namespace Router.Grains.Placement;

/// <summary>
/// See <see cref="ByConversationAttribute"/>. Where the shard is, is known from its last touch, at most a second ago; else its grain is asked. A shard that has no owner places its
/// conversations where it would be placed itself.
/// </summary>
internal sealed class ByConversationDirector(ShardKeeper keeper, IGrainFactory grains, TimeProvider time) : IPlacementDirector
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress[] silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } asked)
        {
            return asked;
        }

        int shard = ConversationKey.Parse(target.GrainIdentity.Key.ToString()!).Id.Shard;
        ShardPlacement? placement = keeper.Find(shard) ?? await AskAsync(shard);
        if (Array.Find(silos, silo => silo.ToParsableString() == placement?.Silo) is { } beside)
        {
            return beside;
        }

        Array.Sort(silos);
        return silos[shard % silos.Length];
    }

    private async Task<ShardPlacement?> AskAsync(int shard)
    {
        try
        {
            return await grains.GetGrain<IShardGrain>(shard).TouchAsync().AsTask().WaitAsync(Patience, time);
        }
#pragma warning disable CA1031 // Whatever keeps the shard from answering: the conversation lives without it being near.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
