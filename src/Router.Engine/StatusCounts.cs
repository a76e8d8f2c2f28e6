using Router.Core.Messages;

namespace Router.Engine;

/// <summary>
/// How many messages took which status, for which reason, in this silo's life (of a message's several tries each <c>queued</c> counts). Each shard has cells of its own, written by its
/// owner alone, which are summed when somebody looks.
/// </summary>
/// <remarks>Hot path, 0 B: an addition to memory of the owner's. 2,048 cells × 8 B = 16 KiB for each shard that ever was this silo's, made with its first message.</remarks>
internal sealed class StatusCounts
{
    private const int Statuses = 16;
    private const int Reasons = 128;
    private readonly long[]?[] cells = new long[]?[MessageId.ShardCount];

    /// <summary>Counts a message of <paramref name="shard"/>; its owner's thread.</summary>
    public void Add(int shard, MessageStatus status, Reason reason) => (cells[shard] ?? Make(shard))[IndexOf(status, reason)]++;

    /// <summary>Everything that has happened so far.</summary>
    public IEnumerable<(MessageStatus Status, Reason Reason, long Count)> All()
    {
        for (int i = 0; i < Statuses * Reasons; i++)
        {
            long sum = 0;
            for (int shard = 0; shard < cells.Length; shard++)
            {
                sum += Volatile.Read(ref cells[shard]) is { } own ? Volatile.Read(ref own[i]) : 0;
            }

            if (sum != 0)
            {
                yield return ((MessageStatus)(i / Reasons), (Reason)(i % Reasons), sum);
            }
        }
    }

    private long[] Make(int shard)
    {
        var made = new long[Statuses * Reasons];
        Volatile.Write(ref cells[shard], made);
        return made;
    }

    private static int IndexOf(MessageStatus status, Reason reason) => ((int)status * Reasons) + ((int)reason & (Reasons - 1));
}
