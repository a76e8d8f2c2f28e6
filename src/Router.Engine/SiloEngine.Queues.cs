using Router.Engine.Shards;

namespace Router.Engine;

/// <content>What waits, over all shards here.</content>
public sealed partial class SiloEngine
{
    /// <inheritdoc/>
    public async ValueTask<long?> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken)
    {
        long?[] counts = await Task.WhenAll(Enumerable.Range(0, owners.Length).Select(shard => PurgeAsync(shard, filter, cancellationToken).AsTask())).ConfigureAwait(false);
        return Array.TrueForAll(counts, static c => c is not null) ? counts.Sum() : null;
    }

    /// <inheritdoc/>
    public async ValueTask<QueueLook> QueuesAsync(PurgeFilter filter, CancellationToken cancellationToken) => QueueLook.Of(await Task.WhenAll(
        Enumerable.Range(0, owners.Length).Select(shard => QueuesAsync(shard, filter, cancellationToken).AsTask())).ConfigureAwait(false));

    /// <summary>See <see cref="IShards.PurgeAsync"/>, for one shard; null: it could not, or has no owner here.</summary>
    public async ValueTask<long?> PurgeAsync(int shard, PurgeFilter filter, CancellationToken cancellationToken) =>
        (await AskAsync(shard, new QueueTask(filter, cancels: true), cancellationToken).ConfigureAwait(false))?.Cancelled;

    /// <summary>See <see cref="IShards.QueuesAsync"/>, for one shard; null: it could not say, or has no owner here.</summary>
    public async ValueTask<IReadOnlyList<QueueState>?> QueuesAsync(int shard, PurgeFilter filter, CancellationToken cancellationToken) =>
        await AskAsync(shard, new QueueTask(filter, cancels: false), cancellationToken).ConfigureAwait(false) is { } counted ? QueueState.Sum(counted.Counts.Values) : null;

    private async ValueTask<QueueTask?> AskAsync(int shard, QueueTask task, CancellationToken cancellationToken) =>
        Post(shard, new UrgentCommand { Kind = CommandKind.Queue, Target = task })
            ? await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
            : null;
}
