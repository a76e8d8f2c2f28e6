using Microsoft.Extensions.Logging;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Grains.Shards;

/// <summary>
/// Takes shards for this silo. Takings that come together go as one: after a start or a death a silo takes many shards at once, and the journal reads what is
/// unfinished in one pass whatever their number. Any thread; cold.
/// </summary>
internal sealed partial class ShardTaker(IJournal journal, TimeProvider time, RouterSiloOptions options, ILogger<ShardTaker> log)
{
    private readonly Lock gate = new();
    private List<Asked> waiting = [];
    private volatile bool isFailing;

    /// <summary>Takes the next epoch of <paramref name="shard"/>; fails as <see cref="IJournal.TakeAsync"/> does.</summary>
    public Task<TakenShard> TakeAsync(int shard)
    {
        Asked asked = new(shard);
        lock (gate)
        {
            waiting.Add(asked);
            if (waiting.Count == 1)
            {
                _ = TakeSoonAsync();
            }
        }

        return asked.Taken.Task;
    }

    // Starts as work of its own, never in the turn of the grain that asked first: the others must be able to join.
    private async Task TakeSoonAsync()
    {
        await Task.Delay(options.TakeDelay, time).ConfigureAwait(false);
        List<Asked> batch;
        lock (gate)
        {
            batch = waiting;
            waiting = [];
        }

        foreach (Asked[] some in batch.Chunk(MessageId.ShardCount))
        {
            await TakeAsync(some).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(Asked[] batch)
    {
        try
        {
            int[] shards = [.. batch.Select(static a => a.Shard).Distinct()];
            long started = time.GetTimestamp();
            IReadOnlyList<TakenShard> taken = await journal.TakeAsync(shards, CancellationToken.None).ConfigureAwait(false);
            isFailing = false;
            LogTaken(taken.Count, taken.Sum(static t => t.Unfinished.Count), taken.Sum(static t => t.Unmatched.Count), (long)time.GetElapsedTime(started).TotalMilliseconds);
            foreach (Asked asked in batch)
            {
                asked.Taken.TrySetResult(taken.First(t => t.Shard == asked.Shard));
            }
        }
#pragma warning disable CA1031 // Every fault of the journal goes, as it is, to those who asked: nobody else awaits this.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!isFailing)
            {
                isFailing = true; // asked again every second: told once until it works
                LogNotTaken(batch.Length, exception);
            }

            foreach (Asked asked in batch)
            {
                asked.Taken.TrySetException(exception);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "took {Count} shards with {Unfinished} unfinished messages and {Unmatched} unmatched receipts in {Ms} ms")]
    private partial void LogTaken(int count, int unfinished, int unmatched, long ms);

    [LoggerMessage(2, LogLevel.Warning, "{Count} shards could not be taken; trying again")]
    private partial void LogNotTaken(int count, Exception exception);

    private sealed class Asked(int shard)
    {
        public int Shard { get; } = shard;

        public TaskCompletionSource<TakenShard> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
