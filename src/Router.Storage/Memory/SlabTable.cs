using System.Numerics;
using System.Runtime.CompilerServices;

namespace Router.Storage.Memory;

/// <summary>A hash table of rows in a <see cref="Slab{TRow}"/>: open addressing over 4-byte ordinals, half full when it holds what was asked for, at most three quarters. Caller holds the lock.</summary>
/// <remarks>Hot path, 0 B but for growth. A row costs its size and 6 to 16 bytes of index.</remarks>
internal sealed class SlabTable<TKey, TRow>
    where TKey : struct, IEquatable<TKey>
    where TRow : struct, IRow<TKey>
{
    private const int CapacityMin = 1024;

    private readonly Slab<TRow> rows = new();

    // Ordinal + 1; 0: free.
    private int[] index;

    /// <param name="rowsExpected">Rows up to which it never grows: entering all rows anew each time they have doubled was 5 % of the journal's writer.</param>
    public SlabTable(int rowsExpected = 0) => index = new int[LengthFor(rowsExpected)];

    /// <summary>Rows in it.</summary>
    public int Count => rows.Count;

    /// <summary>A row by its ordinal: the order in which they were added.</summary>
    public ref TRow this[int ordinal] => ref rows[ordinal];

    /// <summary>The ordinal of the row with <paramref name="key"/>; -1: none.</summary>
    public int Find(TKey key)
    {
        int mask = index.Length - 1;
        for (int at = (int)TRow.Hash(key) & mask; ; at = (at + 1) & mask)
        {
            int ordinal = index[at] - 1;
            if (ordinal < 0 || rows[ordinal].Key.Equals(key))
            {
                return ordinal;
            }
        }
    }

    /// <summary>Adds a row whose key is not in the table; returns its ordinal.</summary>
    public int Add(in TRow row)
    {
        MakeRoom();
        int ordinal = rows.Add(row);
        Enter(TRow.Hash(row.Key), ordinal);
        return ordinal;
    }

    /// <summary>The ordinal of the row with the key of <paramref name="row"/>, which is added when there is none. One walk over the index.</summary>
    public int FindOrAdd(in TRow row)
    {
        MakeRoom();
        TKey key = row.Key;
        int mask = index.Length - 1;
        int at = (int)TRow.Hash(key) & mask;
        for (; index[at] != 0; at = (at + 1) & mask)
        {
            int ordinal = index[at] - 1;
            if (rows[ordinal].Key.Equals(key))
            {
                return ordinal;
            }
        }

        int added = rows.Add(row);
        index[at] = added + 1;
        return added;
    }

    /// <summary>Takes the row back that was added last.</summary>
    public void RemoveLast()
    {
        int mask = index.Length - 1;
        int last = rows.Count;
        int hole = (int)TRow.Hash(rows[last - 1].Key) & mask;
        while (index[hole] != last)
        {
            hole = (hole + 1) & mask;
        }

        // Backward shift: an entry whose own place is not between the hole and itself moves into the hole.
        for (int at = (hole + 1) & mask; index[at] != 0; at = (at + 1) & mask)
        {
            int home = (int)TRow.Hash(rows[index[at] - 1].Key) & mask;
            if (((at - home) & mask) >= ((at - hole) & mask))
            {
                index[hole] = index[at];
                hole = at;
            }
        }

        index[hole] = 0;
        rows.RemoveLast();
    }

    /// <summary>As new, but for the room of <paramref name="rowsKept"/> rows.</summary>
    public void Clear(int rowsKept)
    {
        rows.Clear(rowsKept);
        int length = LengthFor(rowsKept);
        if (index.Length > length)
        {
            index = new int[length];
            return;
        }

        Array.Clear(index);
    }

    private static int LengthFor(int rows) => Math.Max(CapacityMin, (int)BitOperations.RoundUpToPowerOf2((uint)rows * 2));

    private void Enter(uint hash, int ordinal)
    {
        int mask = index.Length - 1;
        int at = (int)hash & mask;
        while (index[at] != 0)
        {
            at = (at + 1) & mask;
        }

        index[at] = ordinal + 1;
    }

    private void MakeRoom()
    {
        if (rows.Count + 1 > index.Length - (index.Length >> 2))
        {
            Grow();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        index = new int[index.Length * 2];
        for (int ordinal = 0; ordinal < rows.Count; ordinal++)
        {
            Enter(TRow.Hash(rows[ordinal].Key), ordinal);
        }
    }
}
