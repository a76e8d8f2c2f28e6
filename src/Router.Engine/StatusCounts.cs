using Router.Core.Messages;

namespace Router.Engine;

/// <summary>
/// How many messages took which status, for which reason, in this silo's life (of a message's several tries each <c>queued</c> counts). Each shard has cells of its own, written by its
/// owner alone, which are summed when somebody looks.
/// </summary>
/// <remarks>Hot path, 0 B: an addition to memory of the owner's. 64 × 2,048 cells × 8 B = 1 MiB.</remarks>
internal sealed class StatusCounts
{
    private const int Statuses = 16;
    private const int Reasons = 128;
    private readonly long[][] cells = [.. Enumerable.Range(0, MessageId.ShardCount).Select(static _ => new long[Statuses * Reasons])];

    /// <summary>Counts a message of <paramref name="shard"/>; its owner's thread.</summary>
    public void Add(int shard, MessageStatus status, Reason reason) => cells[shard][IndexOf(status, reason)]++;

    /// <summary>Everything that has happened so far.</summary>
    public IEnumerable<(MessageStatus Status, Reason Reason, long Count)> All()
    {
        for (int i = 0; i < Statuses * Reasons; i++)
        {
            long sum = 0;
            foreach (long[] shard in cells)
            {
                sum += Volatile.Read(ref shard[i]);
            }

            if (sum != 0)
            {
                yield return ((MessageStatus)(i / Reasons), (Reason)(i % Reasons), sum);
            }
        }
    }

    private static int IndexOf(MessageStatus status, Reason reason) => ((int)status * Reasons) + ((int)reason & (Reasons - 1));
}
