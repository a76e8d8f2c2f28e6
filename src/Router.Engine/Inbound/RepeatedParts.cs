namespace Router.Engine.Inbound;

/// <summary>
/// Parts that were known when they came, for long, and found nothing of their message open: told again by their carrier, or of a later message that begins with the same words under the same reference. Only
/// a new part says that it is the latter, and takes them. In memory alone: they are kept with the message that had them first. Bounded: the oldest is forgotten. Single owner.
/// </summary>
internal sealed class RepeatedParts
{
    // A shard's, at most 256 KiB of texts. A part of an SMS is shorter; what is longer did not come in parts for its length.
    private const int Max = 256;
    private const int TextBytesMax = 1_024;
    private readonly LinkedList<(PartKey Key, byte Part, ReadOnlyMemory<byte> Text, long DueMs)> byAge = [];

    public int Count => byAge.Count;

    /// <summary>Remembers one until <paramref name="dueMs"/>, in place of one of the same number; times do not fall.</summary>
    public void Add(PartKey key, byte part, ReadOnlyMemory<byte> text, long dueMs)
    {
        if (text.Length > TextBytesMax)
        {
            return;
        }

        Remove(key, part);
        if (byAge.Count == Max)
        {
            byAge.RemoveFirst();
        }

        byAge.AddLast((key, part, text, dueMs));
    }

    /// <summary>Moves those of a message into its group, but <paramref name="part"/>, of which there is a new one.</summary>
    public void MoveTo(PartGroup group, byte part)
    {
        Remove(group.Key, part);
        for (LinkedListNode<(PartKey Key, byte Part, ReadOnlyMemory<byte> Text, long DueMs)>? next = byAge.First; next is { } node;)
        {
            next = node.Next;
            if (node.Value.Key == group.Key)
            {
                group.Add(node.Value.Part, node.Value.Text);
                byAge.Remove(node);
            }
        }
    }

    /// <summary>Forgets those that are due.</summary>
    public void Forget(long nowMs)
    {
        while (byAge.First is { } oldest && oldest.Value.DueMs <= nowMs)
        {
            byAge.RemoveFirst();
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => byAge.Clear();

    private void Remove(PartKey key, byte part)
    {
        for (LinkedListNode<(PartKey Key, byte Part, ReadOnlyMemory<byte> Text, long DueMs)>? node = byAge.First; node is not null; node = node.Next)
        {
            if (node.Value.Part == part && node.Value.Key == key)
            {
                byAge.Remove(node);
                return;
            }
        }
    }
}
