using System.Numerics;

namespace Router.Engine.Shards;

/// <summary>
/// Finds slots by a 64-bit key that the slot itself holds: open addressing with linear probing over slot numbers alone, so that an entry costs 4 to 8 bytes.
/// </summary>
/// <remarks>Hot path. Load between 3/8 and 3/4, after a trim from 1/4. Deletion shifts back, no tombstones. Single owner.</remarks>
internal sealed class SlotIndex
{
    private const int Empty = -1;
    private const int CapacityMin = 16;
    private int[] table;
    private int count;

    public SlotIndex(int capacity = CapacityMin)
    {
        table = new int[capacity];
        Array.Fill(table, Empty);
    }

    public int Count => count;

    /// <summary>Where keys come from: the slab that owns the slots.</summary>
    public interface IKeys
    {
        ulong KeyOf(int slot);
    }

    public int Find<TKeys>(ulong key, in TKeys keys)
        where TKeys : struct, IKeys
    {
        int mask = table.Length - 1;
        for (int at = Bucket(key, mask); ; at = (at + 1) & mask)
        {
            int slot = table[at];
            if (slot == Empty || keys.KeyOf(slot) == key)
            {
                return slot;
            }
        }
    }

    public void Add<TKeys>(ulong key, int slot, in TKeys keys)
        where TKeys : struct, IKeys
    {
        if ((count + 1) * 4 > table.Length * 3)
        {
            Resize(table.Length * 2, keys);
        }

        Put(table, key, slot);
        count++;
    }

    public void Remove<TKeys>(ulong key, in TKeys keys)
        where TKeys : struct, IKeys
    {
        int mask = table.Length - 1;
        int at = Bucket(key, mask);
        while (table[at] == Empty || keys.KeyOf(table[at]) != key)
        {
            if (table[at] == Empty)
            {
                return;
            }

            at = (at + 1) & mask;
        }

        // Shift back what was displaced over the hole.
        int hole = at;
        for (int next = (at + 1) & mask; table[next] != Empty; next = (next + 1) & mask)
        {
            int home = Bucket(keys.KeyOf(table[next]), mask);
            if (((next - home) & mask) >= ((next - hole) & mask))
            {
                table[hole] = table[next];
                hole = next;
            }
        }

        table[hole] = Empty;
        count--;
    }

    /// <summary>Gives back what it needed when there were more.</summary>
    public void Trim<TKeys>(in TKeys keys)
        where TKeys : struct, IKeys
    {
        int enough = Math.Max(CapacityMin, (int)BitOperations.RoundUpToPowerOf2((uint)count * 2));
        if (enough < table.Length)
        {
            Resize(enough, keys);
        }
    }

    private static int Bucket(ulong key, int mask) => (int)((key * 0x9E37_79B9_7F4A_7C15UL) >> 32) & mask;

    private static void Put(int[] into, ulong key, int slot)
    {
        int mask = into.Length - 1;
        int at = Bucket(key, mask);
        while (into[at] != Empty)
        {
            at = (at + 1) & mask;
        }

        into[at] = slot;
    }

    private void Resize<TKeys>(int length, in TKeys keys)
        where TKeys : struct, IKeys
    {
        int[] other = new int[length];
        Array.Fill(other, Empty);
        foreach (int slot in table)
        {
            if (slot != Empty)
            {
                Put(other, keys.KeyOf(slot), slot);
            }
        }

        table = other;
    }
}
