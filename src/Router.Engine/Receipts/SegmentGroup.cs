using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Receipts;

/// <summary>The receipts of a long message's segments, seen together. Guarded by its own lock, for its segments' keys lie in different stripes.</summary>
internal sealed class SegmentGroup
{
    private readonly Lock gate = new();
    private readonly byte[] delivered;
    private readonly int segments;
    private int count;

    public SegmentGroup(in AwaitedReceipt first)
    {
        segments = first.Segments;
        delivered = new byte[(segments + 7) / 8];
        Status = first.Status;
        for (int segment = 0; first.SegmentsDelivered is not null && segment < segments; segment++)
        {
            if (((first.SegmentsDelivered[segment >> 3] >> (segment & 7)) & 1) != 0)
            {
                Mark(segment, true);
            }
        }
    }

    /// <summary>Status of the message.</summary>
    public MessageStatus Status { get; set; }

    /// <summary>Marks a segment delivered or takes that back; true when all are.</summary>
    public bool Mark(int segment, bool value)
    {
        lock (gate)
        {
            byte bit = (byte)(1 << (segment & 7));
            bool before = (delivered[segment >> 3] & bit) != 0;
            if (before != value)
            {
                delivered[segment >> 3] ^= bit;
                count += value ? 1 : -1;
            }

            return count == segments;
        }
    }
}

/// <summary>Groups by message, the oldest forgotten beyond a bound.</summary>
internal sealed class SegmentGroups
{
    private const int GroupsMax = 100_000; // × about 150 B = 15 MB
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, SegmentGroup> groups = [];
    private readonly Queue<ulong> order = new();

    public SegmentGroup Get(in AwaitedReceipt awaited)
    {
        lock (gate)
        {
            if (groups.TryGetValue(awaited.Message.Head, out SegmentGroup? group))
            {
                return group;
            }

            group = new SegmentGroup(awaited);
            groups.Add(awaited.Message.Head, group);
            order.Enqueue(awaited.Message.Head);
            if (order.Count > GroupsMax)
            {
                groups.Remove(order.Dequeue());
            }

            return group;
        }
    }
}
