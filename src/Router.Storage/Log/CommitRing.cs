namespace Router.Storage.Log;

/// <summary>The newest packed commits in one block of memory of fixed size; the oldest make room. Caller holds the lock.</summary>
internal sealed class CommitRing(int capacity)
{
    private readonly byte[] bytes = new byte[capacity];

    // Places of the commits held, a circle of a power of two.
    private (int Offset, int Length)[] places = new (int, int)[64];
    private int count;
    private int next;

    /// <summary>The oldest commit in it; above <see cref="Last"/> when it is empty.</summary>
    public long First => Last - count + 1;

    /// <summary>The newest commit added.</summary>
    public long Last { get; private set; }

    /// <summary>A commit from <see cref="First"/> to <see cref="Last"/>.</summary>
    public ReadOnlySpan<byte> this[long number]
    {
        get
        {
            (int offset, int length) = places[number & (places.Length - 1)];
            return bytes.AsSpan(offset, length);
        }
    }

    /// <summary>Adds commit <paramref name="number"/>, one above the last; one too large empties the ring.</summary>
    public void Add(long number, ReadOnlySpan<byte> packed)
    {
        if (packed.Length > bytes.Length)
        {
            Last = number;
            count = 0;
            return;
        }

        if (next + packed.Length > bytes.Length)
        {
            Evict(next, bytes.Length);
            next = 0;
        }

        Evict(next, next + packed.Length);
        if (count == places.Length)
        {
            Grow();
        }

        Last = number;
        count++;
        places[number & (places.Length - 1)] = (next, packed.Length);
        packed.CopyTo(bytes.AsSpan(next));
        next += packed.Length;
    }

    // Commits lie in order, so those in the way are the oldest.
    private void Evict(int from, int to)
    {
        while (count > 0 && places[First & (places.Length - 1)] is var (offset, length) && offset < to && offset + length > from)
        {
            count--;
        }
    }

    private void Grow()
    {
        (int, int)[] larger = new (int, int)[places.Length * 2];
        for (long number = First; number <= Last; number++)
        {
            larger[number & (larger.Length - 1)] = places[number & (places.Length - 1)];
        }

        places = larger;
    }
}
