using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Receipts;

/// <summary>Groups by message, the oldest forgotten beyond a bound: then the journal's tables know. Any thread.</summary>
internal sealed class SegmentGroups(int groupsMax)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, SegmentGroup> groups = [];
    private readonly Queue<ulong> order = new();

    /// <summary>The group of a message, made under <paramref name="epoch"/>; null: none is known.</summary>
    public SegmentGroup? Find(in MessageId message, long epoch)
    {
        lock (gate)
        {
            return groups.TryGetValue(message.Head, out SegmentGroup? group) && group.Epoch == epoch ? group : null;
        }
    }

    /// <summary>Replaces the group of a message.</summary>
    public void Put(in AwaitedReceipt known, long epoch)
    {
        lock (gate)
        {
            if (!groups.ContainsKey(known.Message.Head))
            {
                order.Enqueue(known.Message.Head);
                if (order.Count > groupsMax)
                {
                    groups.Remove(order.Dequeue());
                }
            }

            groups[known.Message.Head] = new SegmentGroup(known, epoch);
        }
    }
}
