using System.Runtime.CompilerServices;

namespace Router.Engine.Journal;

/// <summary>A growing array of structs that is reused: items by reference, no copy, no allocation once it has its size.</summary>
/// <remarks>Hot path. Single owner, not thread-safe.</remarks>
public sealed class StructList<T>
    where T : struct
{
    private T[] items;

    /// <summary>An empty list with room for <paramref name="capacity"/>.</summary>
    public StructList(int capacity) => items = new T[capacity];

    /// <summary>Items in it.</summary>
    public int Count { get; private set; }

    /// <summary>The items.</summary>
    public Span<T> Span => items.AsSpan(0, Count);

    /// <summary>An item by reference.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return ref items[index];
        }
    }

    /// <summary>Adds a zeroed item and returns it by reference: valid until the next addition.</summary>
    public ref T Add()
    {
        if (Count == items.Length)
        {
            Array.Resize(ref items, items.Length * 2);
        }

        ref T item = ref items[Count++];
        item = default;
        return ref item;
    }

    /// <summary>Adds <paramref name="item"/>.</summary>
    public void Add(in T item) => Add() = item;

    /// <summary>Takes the last <paramref name="count"/> out; what they refer to is let go.</summary>
    public void RemoveLast(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Count);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            items.AsSpan(Count - count, count).Clear();
        }

        Count -= count;
    }

    /// <summary>Empties it; what the items refer to is let go.</summary>
    public void Clear()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            items.AsSpan(0, Count).Clear();
        }

        Count = 0;
    }
}
