namespace Router.Storage.Memory;

/// <summary>One tenant's messages in a generation, by row key: 4 B each. Keys come nearly sorted (shards' clocks differ by a few ms), so an insertion moves little.</summary>
internal sealed class TenantMessages(SlabTable<long, MessageRow> messages)
{
    private int[] ordinals = new int[16];
    private int count;

    /// <summary>Adds a message.</summary>
    public void Add(int ordinal)
    {
        if (count == ordinals.Length)
        {
            Array.Resize(ref ordinals, count * 2);
        }

        // A late status of an old message may land far back: then it is found by halves and moved in one copy.
        long key = messages[ordinal].RowKey;
        int at = count;
        if (count > 0 && messages[ordinals[count - 1]].RowKey > key)
        {
            at = CountBelow(key);
            Array.Copy(ordinals, at, ordinals, at + 1, count - at);
        }

        ordinals[at] = ordinal;
        count++;
    }

    /// <summary>How many have a row key below <paramref name="key"/>: the place where a walk to older ones begins (at the place before).</summary>
    public int CountBelow(long key)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (messages[ordinals[middle]].RowKey < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The message at a place.</summary>
    public ref MessageRow this[int place] => ref messages[ordinals[place]];
}
