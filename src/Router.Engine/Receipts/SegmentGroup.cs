using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Receipts;

/// <summary>What the receipts of a long message's segments have said, as far as it is kept. Its shard's owner only.</summary>
internal sealed class SegmentGroup
{
    private readonly byte[] delivered;
    private readonly int segments;
    private int count;

    public SegmentGroup(in AwaitedReceipt known, long epoch)
    {
        segments = known.Segments;
        delivered = new byte[(segments + 7) / 8];
        Status = known.Status;
        Epoch = epoch;
        for (int segment = 0; known.SegmentsDelivered is not null && segment < segments; segment++)
        {
            if (((known.SegmentsDelivered[segment >> 3] >> (segment & 7)) & 1) != 0)
            {
                Mark(segment);
            }
        }
    }

    /// <summary>The ownership under which it was made; of no use under another.</summary>
    public long Epoch { get; }

    /// <summary>Status of the message.</summary>
    public MessageStatus Status { get; set; }

    /// <summary>Whether all would be delivered with one more.</summary>
    public bool IsLast => count == segments - 1;

    /// <summary>Whether a segment is delivered.</summary>
    public bool IsDelivered(int segment) => ((delivered[segment >> 3] >> (segment & 7)) & 1) != 0;

    /// <summary>Marks a segment delivered.</summary>
    public void Mark(int segment)
    {
        if (!IsDelivered(segment))
        {
            delivered[segment >> 3] |= (byte)(1 << (segment & 7));
            count++;
        }
    }
}
