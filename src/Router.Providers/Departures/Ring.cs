using System.Runtime.CompilerServices;

namespace Router.Providers.Departures;

/// <summary>A first-in first-out queue of structs in one array that grows by doubling and is kept. Single owner, or under the owner's lock; whoever fills it bounds it.</summary>
/// <remarks>Hot path, 0 B once it has its size.</remarks>
internal sealed class Ring<T>
    where T : struct
{
    private T[] items;
    private int head;

    /// <summary>An empty queue with room for <paramref name="capacity"/>, a power of two.</summary>
    public Ring(int capacity) => items = new T[capacity];

    /// <summary>Items in it.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest item by reference; there must be one.</summary>
    public ref T Peek() => ref items[head];

    /// <summary>Adds <paramref name="item"/> behind all others.</summary>
    public void Add(in T item)
    {
        if (Count == items.Length)
        {
            Grow();
        }

        items[(head + Count) & (items.Length - 1)] = item;
        Count++;
    }

    /// <summary>Takes the oldest item; there must be one.</summary>
    public T Take()
    {
        T item = items[head];
        Drop();
        return item;
    }

    /// <summary>Lets the oldest item go.</summary>
    public void Drop()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            items[head] = default;
        }

        head = (head + 1) & (items.Length - 1);
        Count--;
    }

    /// <summary>Takes up to <paramref name="destination"/>'s length of the oldest items; returns how many.</summary>
    public int Take(Span<T> destination)
    {
        int count = Math.Min(Count, destination.Length);
        for (int i = 0; i < count; i++)
        {
            destination[i] = Take();
        }

        return count;
    }

    private void Grow()
    {
        var larger = new T[items.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = items[(head + i) & (items.Length - 1)];
        }

        items = larger;
        head = 0;
    }
}
