using System.Collections.Concurrent;

namespace Router.Engine;

/// <summary>Waiting messages by tenant in this silo (R3.1's stock of <c>limits.waiting</c>). Any thread.</summary>
internal sealed class WaitingCounts
{
    private readonly ConcurrentDictionary<int, Cell> cells = new();

    /// <summary>Counts one more, unless there are <paramref name="max"/> already.</summary>
    public bool TryIncrement(int tenant, long max)
    {
        Cell cell = cells.GetOrAdd(tenant, static _ => new Cell());
        if (Interlocked.Increment(ref cell.Count) <= max)
        {
            return true;
        }

        Interlocked.Decrement(ref cell.Count);
        return false;
    }

    /// <summary>Counts one more: it is kept already.</summary>
    public void Increment(int tenant) => Interlocked.Increment(ref cells.GetOrAdd(tenant, static _ => new Cell()).Count);

    /// <summary>Counts one less.</summary>
    public void Decrement(int tenant) => Interlocked.Decrement(ref cells.GetOrAdd(tenant, static _ => new Cell()).Count);

    /// <summary>How many wait.</summary>
    public long Of(int tenant) => cells.TryGetValue(tenant, out Cell? cell) ? Interlocked.Read(ref cell.Count) : 0;

    private sealed class Cell
    {
        public long Count;
    }
}
