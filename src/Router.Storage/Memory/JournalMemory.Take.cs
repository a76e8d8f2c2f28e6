using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>What a taken shard needs.</summary>
internal sealed partial class JournalMemory
{
    /// <summary>Messages not finished, or whose fallback is not done with, of the shards in <paramref name="shards"/> (a bit each). Caller holds the gate.</summary>
    public Dictionary<long, UnfinishedState> UnfinishedOf(ulong shards)
    {
        Dictionary<long, UnfinishedState> found = [];
        foreach ((long rowKey, UnfinishedState state) in carried)
        {
            if ((shards >> ShardOf(rowKey) & 1) != 0)
            {
                found.Add(rowKey, state);
            }
        }

        foreach (Generation generation in generations)
        {
            Advance(found, generation, shards);
        }

        return found;
    }

    /// <summary>Takes what is unfinished over a generation: adds what came, removes what was finished.</summary>
    public static void Advance(Dictionary<long, UnfinishedState> unfinished, Generation generation, ulong shards = ulong.MaxValue)
    {
        for (int i = 0; i < generation.Messages.Count; i++)
        {
            ref MessageRow message = ref generation.Messages[i];
            if ((shards >> ShardOf(message.RowKey) & 1) == 0)
            {
                continue;
            }

            bool known = unfinished.TryGetValue(message.RowKey, out UnfinishedState was);
            if (!known && message.Status == MessageStatus.None)
            {
                // Only segments' receipts of a message that is finished.
                continue;
            }

            MessageStatus status = message.Status == MessageStatus.None ? was.Status : message.Status;
            bool hasFallback = message.HasFallback || was.HasFallback;
            bool fallbackDone = message.FallbackDone || was.FallbackDone;
            bool hasEnded = status >= MessageStatus.Sent;
            if (hasEnded && (!hasFallback || fallbackDone))
            {
                unfinished.Remove(message.RowKey);
                continue;
            }

            unfinished[message.RowKey] = new UnfinishedState
            {
                Status = status,
                Reason = !hasFallback ? Reason.None : message.Status == MessageStatus.None ? was.Reason : message.Reason,
                HasFallback = hasFallback,
                FallbackDone = fallbackDone,
                Attempts = message.Status == MessageStatus.Queued ? message.Attempts : was.Attempts,
                IsLeaving = !hasEnded && (message.Leaving == LeavingState.None ? was.IsLeaving : message.Leaving == LeavingState.Open),
                SegmentsSent = message.HasSegments ? Segments(generation, message, EntryKind.SegmentSent, was.SegmentsSent) : was.SegmentsSent,
            };
        }
    }

    /// <summary>
    /// Receipts of <paramref name="shards"/> in memory whose message is not finished by a receipt yet, the newest first; of those under one key the youngest alone, whatever shard it is of: its carrier
    /// means that one. Caller holds the gate.
    /// </summary>
    public List<(ReceiptRow Receipt, MessageStatus Status)> AwaitedOf(ulong shards, int max)
    {
        List<(ReceiptRow, MessageStatus)> found = [];
        for (int g = generations.Count - 1; g >= 0; g--)
        {
            SlabTable<ulong, ReceiptRow> receipts = generations[g].Receipts;
            for (int i = receipts.Count - 1; i >= 0 && found.Count < max; i--)
            {
                ref ReceiptRow receipt = ref receipts[i];
                if ((shards >> ShardOf(receipt.RowKey) & 1) != 0 && !IsAwaited(generations, g + 1, receipt.ReceiptKey)
                    && StatusOf(generations, receipt.RowKey) is <= MessageStatus.Sent and var status)
                {
                    found.Add((receipt, status));
                }
            }
        }

        return found;
    }

    /// <summary>Whether <paramref name="generations"/> from the one at <paramref name="from"/> on know a receipt. Caller holds the gate.</summary>
    public static bool IsAwaited(IReadOnlyList<Generation> generations, int from, ulong receiptKey)
    {
        for (int i = from; i < generations.Count; i++)
        {
            if (generations[i].Receipts.Find(receiptKey) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Receipts of <paramref name="shard"/> that found no message, in the order they came. Caller holds the gate.</summary>
    public List<UnmatchedReceipt> UnmatchedOf(int shard) =>
        [.. unmatched.Values.SelectMany(static l => l).Where(u => u.Shard == shard).Select(static u => u.Receipt).OrderBy(static u => u.AtMs)];

    /// <summary>The last status of a message in <paramref name="generations"/>; none: only its segments are there, or nothing. Caller holds the gate.</summary>
    public static MessageStatus StatusOf(IReadOnlyList<Generation> generations, long rowKey)
    {
        for (int i = generations.Count - 1; i >= 0; i--)
        {
            int ordinal = generations[i].Messages.Find(rowKey);
            if (ordinal >= 0 && generations[i].Messages[ordinal].Status != MessageStatus.None)
            {
                return generations[i].Messages[ordinal].Status;
            }
        }

        return MessageStatus.None;
    }

    /// <summary>The shard of a row key.</summary>
    public static int ShardOf(long rowKey) => (int)(rowKey >> 6) & (MessageId.ShardCount - 1);

    private static byte[]? Segments(Generation generation, in MessageRow message, EntryKind kind, byte[]? bits)
    {
        for (int at = message.LastEvent; at >= 0; at = generation.Events[at].Previous)
        {
            if (generation.Events[at].Kind == kind)
            {
                bits = SegmentBits.With(bits, generation.Events[at].Segment);
            }
        }

        return bits;
    }
}
