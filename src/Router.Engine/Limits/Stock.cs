namespace Router.Engine.Limits;

/// <summary>
/// A limit on how much there may be at once (waiting messages, departures in flight, credit): lent until given back, recounted from the store after a death (DESIGN §3).
/// Any thread: many shards draw on one tenant's stock.
/// </summary>
/// <remarks>Hot path. <c>LimitsBenchmark</c>, 0 B. One compare-and-swap; all asked for or nothing.</remarks>
public sealed class Stock
{
    private long capacity;
    private long lent;

    /// <summary>Makes a stock of which nothing is lent.</summary>
    /// <param name="capacity">How much there may be, 0 or more.</param>
    public Stock(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        this.capacity = capacity;
    }

    /// <summary>How much there may be. Lowered below <see cref="Lent"/>: nothing is lent until enough came back.</summary>
    public long Capacity
    {
        get => Volatile.Read(ref capacity);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Volatile.Write(ref capacity, value);
        }
    }

    /// <summary>How much is lent.</summary>
    public long Lent => Volatile.Read(ref lent);

    /// <summary>Takes <paramref name="amount"/>, all or nothing.</summary>
    public bool TryTake(long amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        long seen = Volatile.Read(ref lent);
        while (true)
        {
            // Written so that it cannot overflow.
            if (amount > Capacity - seen)
            {
                return false;
            }

            long found = Interlocked.CompareExchange(ref lent, seen + amount, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }
    }

    /// <summary>Gives <paramref name="amount"/> back.</summary>
    /// <exception cref="InvalidOperationException">More than was lent: an accounting fault, which must not widen the limit.</exception>
    public void GiveBack(long amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        if (Interlocked.Add(ref lent, -amount) < 0)
        {
            Interlocked.Add(ref lent, amount);
            ThrowMoreThanLent();
        }
    }

    /// <summary>Counts what the store holds already, after a start: it may be more than <see cref="Capacity"/>, as it was accepted before.</summary>
    public void Recount(long amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        Interlocked.Add(ref lent, amount);
    }

    private static void ThrowMoreThanLent() => throw new InvalidOperationException("more was given back to a stock than was lent");
}
