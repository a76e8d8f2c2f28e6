using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>What a taken shard needs.</summary>
internal sealed partial class JournalMemory
{
    /// <summary>A message not finished.</summary>
    internal struct Unfinished
    {
        /// <summary>The last status kept.</summary>
        public MessageStatus Status;

        /// <summary>Tries kept.</summary>
        public byte Attempts;

        /// <summary>Segments taken, a bit each; null: none.</summary>
        public byte[]? SegmentsSent;
    }

    /// <summary>Messages not finished of the shards in <paramref name="shards"/> (a bit each), by row key. Caller holds the gate.</summary>
    public SortedDictionary<long, Unfinished> UnfinishedOf(ulong shards)
    {
        SortedDictionary<long, Unfinished> found = [];
        foreach (Generation generation in generations)
        {
            for (int i = 0; i < generation.Messages.Count; i++)
            {
                ref MessageRow message = ref generation.Messages[i];
                if ((shards >> ShardOf(message.RowKey) & 1) == 0)
                {
                    continue;
                }

                if (message.Status >= MessageStatus.Sent)
                {
                    found.Remove(message.RowKey);
                    continue;
                }

                bool known = found.TryGetValue(message.RowKey, out Unfinished was);
                if (!known && message.Status == MessageStatus.None)
                {
                    // Only segments' receipts of a message that is finished.
                    continue;
                }

                found[message.RowKey] = new Unfinished
                {
                    Status = message.Status == MessageStatus.None ? was.Status : message.Status,
                    Attempts = message.Status == MessageStatus.Queued ? message.Attempts : was.Attempts,
                    SegmentsSent = message.HasSegments ? Segments(generation, message, EntryKind.SegmentSent, was.SegmentsSent) : was.SegmentsSent,
                };
            }
        }

        return found;
    }

    /// <summary>Receipts of <paramref name="shards"/> whose message is not finished by a receipt yet, the newest first. Caller holds the gate.</summary>
    public List<(ReceiptRow Receipt, MessageStatus Status, byte[]? Delivered)> AwaitedOf(ulong shards, int max)
    {
        List<(ReceiptRow, MessageStatus, byte[]?)> found = [];
        for (int g = generations.Count - 1; g >= 0; g--)
        {
            SlabTable<ulong, ReceiptRow> receipts = generations[g].Receipts;
            for (int i = receipts.Count - 1; i >= 0 && found.Count < max; i--)
            {
                ref ReceiptRow receipt = ref receipts[i];
                if ((shards >> ShardOf(receipt.RowKey) & 1) != 0)
                {
                    (MessageStatus status, byte[]? delivered) = StateOf(receipt.RowKey);
                    if (status <= MessageStatus.Sent)
                    {
                        found.Add((receipt, status, delivered));
                    }
                }
            }
        }

        return found;
    }

    /// <summary>The last status of a message in memory (none: not in memory) and its segments with a delivered receipt. Caller holds the gate.</summary>
    public (MessageStatus Status, byte[]? Delivered) StateOf(long rowKey)
    {
        MessageStatus status = MessageStatus.None;
        byte[]? delivered = null;
        for (int i = generations.Count - 1; i >= 0; i--)
        {
            Generation generation = generations[i];
            int ordinal = generation.Messages.Find(rowKey);
            if (ordinal < 0)
            {
                continue;
            }

            ref MessageRow message = ref generation.Messages[ordinal];
            status = status == MessageStatus.None ? message.Status : status;
            delivered = message.HasSegments ? Segments(generation, message, EntryKind.SegmentReceipt, delivered) : delivered;
        }

        return (status, delivered);
    }

    private static int ShardOf(long rowKey) => (int)(rowKey >> 6) & (MessageId.ShardCount - 1);

    private static byte[]? Segments(Generation generation, in MessageRow message, EntryKind kind, byte[]? bits)
    {
        for (int at = message.LastEvent; at >= 0; at = generation.Events[at].Previous)
        {
            ref EventRow entry = ref generation.Events[at];
            if (entry.Kind == kind && (kind == EntryKind.SegmentSent || entry.Status is MessageStatus.Delivered or MessageStatus.Read))
            {
                bits = SegmentBits.With(bits, entry.Segment);
            }
        }

        return bits;
    }
}
