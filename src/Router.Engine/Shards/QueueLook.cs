namespace Router.Engine.Shards;

/// <summary>What waits, as the shards said that could.</summary>
/// <param name="Queues">Summed over them.</param>
/// <param name="IsWhole">Whether all did: else there may be more.</param>
public sealed record QueueLook(IReadOnlyList<QueueState> Queues, bool IsWhole)
{
    /// <summary>Puts looks at shards together; null: one could say nothing.</summary>
    public static QueueLook Of(IReadOnlyCollection<IReadOnlyList<QueueState>?> shards) => new(QueueState.Sum(shards.SelectMany(static s => s ?? [])), shards.All(static s => s is not null));
}
