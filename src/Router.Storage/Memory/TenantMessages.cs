namespace Router.Storage.Memory;

/// <summary>One tenant's messages in a generation, by row key: 12 B each. Caller holds the lock.</summary>
/// <remarks>
/// Hot path, 0 B but for growth. Keys of one shard come in order, those of 64 shards interleave within a commit: they are appended as they come and put into order once at
/// the commit's end (<see cref="Sort"/>). Refused: an insertion each, which moved half a commit per message (4 % of all CPU of a busy host).
/// </remarks>
internal sealed class TenantMessages
{
    private long[] keys = new long[16];
    private int[] ordinals = new int[16];
    private long[] asideKeys = [];
    private int[] asideOrdinals = [];
    private int count;
    private int sorted;

    /// <summary>Whether <see cref="Sort"/> is due.</summary>
    public bool IsSorted => sorted == count;

    /// <summary>Messages for which there is room.</summary>
    public int Capacity => keys.Length;

    /// <summary>As new, but for its room.</summary>
    public void Clear() => count = sorted = 0;

    /// <summary>Adds a message; <see cref="Sort"/> comes before the next look-up.</summary>
    public void Add(long rowKey, int ordinal)
    {
        if (count == keys.Length)
        {
            Array.Resize(ref keys, count * 2);
            Array.Resize(ref ordinals, count * 2);
        }

        if (sorted == count && (count == 0 || keys[count - 1] < rowKey))
        {
            sorted++;
        }

        keys[count] = rowKey;
        ordinals[count] = ordinal;
        count++;
    }

    /// <summary>Puts what was added into order: among itself, then merged with what it overlaps, which is a few ms of shards' clocks or a late status of an old message.</summary>
    public void Sort()
    {
        if (sorted == count)
        {
            return;
        }

        int added = count - sorted;
        Array.Sort(keys, ordinals, sorted, added);
        int from = CountBelow(keys[sorted], sorted);
        int overlap = sorted - from;
        if (overlap > 0)
        {
            Merge(from, overlap);
        }

        sorted = count;
    }

    /// <summary>How many have a row key below <paramref name="key"/>: the place where a walk to older ones begins (at the place before).</summary>
    public int CountBelow(long key) => CountBelow(key, count);

    /// <summary>The ordinal of the message at a place.</summary>
    public int this[int place] => ordinals[place];

    private int CountBelow(long key, int end)
    {
        int at = Array.BinarySearch(keys, 0, end, key);
        return at < 0 ? ~at : at;
    }

    // The overlapping end of the ordered part is set aside, then both are dealt back from their beginnings.
    private void Merge(int from, int overlap)
    {
        if (asideKeys.Length < overlap)
        {
            asideKeys = new long[Math.Max(overlap, 256)];
            asideOrdinals = new int[asideKeys.Length];
        }

        Array.Copy(keys, from, asideKeys, 0, overlap);
        Array.Copy(ordinals, from, asideOrdinals, 0, overlap);
        int older = 0;
        int newer = sorted;
        for (int to = from; older < overlap; to++)
        {
            if (newer < count && keys[newer] < asideKeys[older])
            {
                keys[to] = keys[newer];
                ordinals[to] = ordinals[newer++];
            }
            else
            {
                keys[to] = asideKeys[older];
                ordinals[to] = asideOrdinals[older++];
            }
        }
    }
}
