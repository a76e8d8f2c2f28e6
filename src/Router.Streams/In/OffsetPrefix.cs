namespace Router.Streams.In;

/// <summary>
/// Which records of a partition were read and which of them are settled: says up to where all are, because only that may be stored as the group's offset. Read by one thread, settled by any.
/// </summary>
internal sealed class OffsetPrefix
{
    private readonly Lock sync = new();
    private long[] offsets = new long[256];
    private bool[] settled = new bool[256];
    private int first;
    private int count;
    private long next = -1;
    private long told = -1;
    private long last = -1;
    private int generation;

    /// <summary>Records read and not settled, or behind one that is not.</summary>
    public int Open
    {
        get
        {
            lock (sync)
            {
                return count;
            }
        }
    }

    /// <summary>The first record that is not settled; -1: nothing was settled yet.</summary>
    public long Settled
    {
        get
        {
            lock (sync)
            {
                return next;
            }
        }
    }

    /// <summary>Whether anything was read.</summary>
    public bool HasRead
    {
        get
        {
            lock (sync)
            {
                return last >= 0;
            }
        }
    }

    /// <summary>
    /// A record was read; offsets come in rising order, with gaps where the broker has some. Lower ones are those of a topic that was made anew: nothing of the old one counts any more. Returns which topic's it
    /// is, to settle it with: records of the old one that are still under way have the offsets of the new one's.
    /// </summary>
    public int Read(long offset)
    {
        lock (sync)
        {
            if (offset <= last)
            {
                (first, count, next, told) = (0, 0, -1, -1);
                generation++;
            }

            last = offset;
            if (count == offsets.Length)
            {
                GrowLocked();
            }

            int at = (first + count) & (offsets.Length - 1);
            offsets[at] = offset;
            settled[at] = false;
            count++;
            return generation;
        }
    }

    /// <summary>A record is settled; <paramref name="readAs"/> is what its reading returned.</summary>
    public void Settle(long offset, int readAs)
    {
        lock (sync)
        {
            int at = readAs == generation ? FindLocked(offset) : -1;
            if (at < 0)
            {
                return; // read before the partition was given back, or its topic made anew
            }

            settled[at] = true;
            while (count > 0 && settled[first])
            {
                next = offsets[first] + 1;
                first = (first + 1) & (offsets.Length - 1);
                count--;
            }
        }
    }

    /// <summary>The offset to store, once for each time it moved: the first record that is not settled.</summary>
    public bool TryTake(out long offset)
    {
        lock (sync)
        {
            offset = next;
            bool moved = next > told;
            told = next;
            return moved;
        }
    }

    private int FindLocked(long offset)
    {
        int low = 0;
        int high = count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int at = (first + middle) & (offsets.Length - 1);
            if (offsets[at] == offset)
            {
                return at;
            }

            if (offsets[at] < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    private void GrowLocked()
    {
        int length = offsets.Length;
        long[] moreOffsets = new long[length * 2];
        bool[] moreSettled = new bool[length * 2];
        for (int i = 0; i < count; i++)
        {
            moreOffsets[i] = offsets[(first + i) & (length - 1)];
            moreSettled[i] = settled[(first + i) & (length - 1)];
        }

        (offsets, settled, first) = (moreOffsets, moreSettled, 0);
    }
}
