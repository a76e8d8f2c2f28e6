namespace Router.Engine.Work;

/// <summary>
/// A bounded queue from many threads into one worker: added under a short lock, taken as a whole batch by swapping two arrays, so that the worker never
/// holds the lock while it works and nothing is allocated in the steady state.
/// </summary>
/// <remarks>
/// Hot path. Not a <c>Channel</c>: the worker takes all there is at once, and waiting is the scheduler's (<see cref="Worker"/>), which leaves out the two faults of
/// channels that DESIGN §9 names.
/// </remarks>
public sealed class Inbox<T>
{
    private readonly Lock gate = new();
    private readonly int capacity;
    private T[] incoming = new T[16];
    private int count;
    private volatile bool closed;

    /// <summary>A queue for at most <paramref name="capacity"/> items between two takes.</summary>
    public Inbox(int capacity) => this.capacity = capacity;

    /// <summary>Whether something waits. May be stale at once.</summary>
    public bool HasItems => Volatile.Read(ref count) > 0;

    /// <summary>Items that wait. May be stale at once.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Whether an addition would fail now. May be stale at once.</summary>
    public bool IsFull => Volatile.Read(ref count) >= capacity;

    /// <summary>Adds an item; false when full or closed.</summary>
    public bool TryAdd(in T item)
    {
        lock (gate)
        {
            if (count >= capacity || closed)
            {
                return false;
            }

            if (count == incoming.Length)
            {
                Array.Resize(ref incoming, Math.Min(incoming.Length * 2, capacity));
            }

            incoming[count++] = item;
            return true;
        }
    }

    /// <summary>Takes all items: they are in <paramref name="batch"/> from 0 to the number returned. The array given in is used for what comes next.</summary>
    public int Take(ref T[] batch)
    {
        lock (gate)
        {
            int taken = count;
            (incoming, batch) = (batch, incoming);
            count = 0;
            return taken;
        }
    }

    /// <summary>Refuses all further additions.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
        }
    }
}
