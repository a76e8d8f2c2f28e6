using System.Numerics;

namespace Router.Engine.Timers;

/// <summary>
/// A hierarchical timing wheel (Varghese and Lauck, 1987) over items that are numbers of the owner's slab: four levels of 256 slots reach all
/// 2³² ticks, 6.8 years at 50 ms. Single-threaded: it belongs to one shard. Items due at the same tick come in the order in which they were added.
/// </summary>
/// <remarks>
/// Hot path. <c>TimersBenchmark</c>, 0 B. <see cref="Add"/> and <see cref="Remove"/> take constant time, <see cref="Advance"/> at most four moves an
/// item; empty ticks are skipped by bitmaps, so a long sleep costs no more than a short one. 8.4 KiB a wheel.
/// Invariant: an item lies at the level of the highest byte in which its due tick differs from <see cref="Now"/>, in the slot of that byte; what is
/// due lies in the ready list. So the first occupied slot of the lowest level with one is the next to come.
/// Both ends of a list hold <c>~slot</c> in place of a neighbour: an item is removed without knowing where it lies.
/// </remarks>
/// <typeparam name="TLinks">The owner's links, a struct.</typeparam>
public sealed class TimingWheel<TLinks>
    where TLinks : IWheelLinks
{
    private const int LevelBits = 8;
    private const int LevelSlots = 1 << LevelBits;
    private const int Levels = 4;
    private const int Ready = Levels * LevelSlots;
    private const int WordsPerLevel = LevelSlots / 64;

    private readonly (int First, int Last)[] lists = new (int, int)[Ready + 1];
    private readonly ulong[] occupied = new ulong[Levels * WordsPerLevel];

    // Not readonly: calls on a readonly struct field would go to a copy.
    private TLinks links;
    private bool advancing;

    /// <summary>Makes an empty wheel.</summary>
    /// <param name="links">The owner's links.</param>
    /// <param name="nowTick">The tick it starts at.</param>
    public TimingWheel(TLinks links, uint nowTick = 0)
    {
        this.links = links;
        Now = nowTick;
        for (int slot = 0; slot < lists.Length; slot++)
        {
            lists[slot] = (~slot, ~slot);
        }
    }

    /// <summary>The tick up to which everything due was told, or is being told.</summary>
    public uint Now { get; private set; }

    /// <summary>Items in the wheel.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Adds an item that is not in the wheel. One that is due already is told by the next <see cref="Advance"/>, even of the same tick; added by
    /// <see cref="IDueItems.Take"/>, one tick later at the earliest, so that a retry that is always due does not hold the loop.
    /// </summary>
    public void Add(int item, uint dueTick)
    {
        links.Due(item) = dueTick;
        Append(advancing && dueTick <= Now && Now != uint.MaxValue ? SlotOf(Now + 1) : SlotOf(dueTick), item);
        Count++;
    }

    /// <summary>Removes an item that is in the wheel.</summary>
    public void Remove(int item)
    {
        int next = links.Next(item);
        int previous = links.Previous(item);
        if (next < 0)
        {
            lists[~next].Last = previous;
        }
        else
        {
            links.Previous(next) = previous;
        }

        if (previous < 0)
        {
            lists[~previous].First = next;
        }
        else
        {
            links.Next(previous) = next;
        }

        if ((next & previous) < 0)
        {
            SetEmpty(~next);
        }

        Count--;
    }

    /// <summary>Moves on to <paramref name="nowTick"/> and tells all that is due by then, in the order of their ticks. A tick that has passed tells only what is left from before.</summary>
    /// <returns>False when <paramref name="collector"/> stopped it.</returns>
    public bool Advance<TCollector>(uint nowTick, ref TCollector collector)
        where TCollector : IDueItems, allows ref struct
    {
        advancing = true;
        try
        {
            while (true)
            {
                if (!TellReady(ref collector))
                {
                    return false;
                }

                if (!TryFindNext(out int slot, out uint tick) || tick > nowTick)
                {
                    Now = Math.Max(Now, nowTick);
                    return true;
                }

                Now = tick;
                Open(slot);
            }
        }
        finally
        {
            advancing = false;
        }
    }

    /// <summary>The next tick at which <see cref="Advance"/> may have something to do, never later than the earliest due one; false when the wheel is empty.</summary>
    public bool TryGetNext(out uint tick)
    {
        tick = Now;
        return lists[Ready].First >= 0 || TryFindNext(out _, out tick);
    }

    private bool TellReady<TCollector>(ref TCollector collector)
        where TCollector : IDueItems, allows ref struct
    {
        int item;
        while ((item = lists[Ready].First) >= 0)
        {
            Remove(item);
            if (!collector.Take(item))
            {
                return false;
            }
        }

        return true;
    }

    // Now has come to the slot's first tick: its items go to lower levels or are ready. Of the lowest level all are ready.
    private void Open(int slot)
    {
        int item = lists[slot].First;
        lists[slot] = (~slot, ~slot);
        SetEmpty(slot);
        while (item >= 0)
        {
            int next = links.Next(item);
            Append(SlotOf(links.Due(item)), item);
            item = next;
        }
    }

    private int SlotOf(uint due)
    {
        if (due <= Now)
        {
            return Ready;
        }

        int level = BitOperations.Log2(due ^ Now) / LevelBits;
        return (level * LevelSlots) + (int)((due >> (level * LevelBits)) & (LevelSlots - 1));
    }

    private void Append(int slot, int item)
    {
        ref (int First, int Last) list = ref lists[slot];
        int last = list.Last;
        links.Next(item) = ~slot;
        links.Previous(item) = last;
        list.Last = item;
        if (last >= 0)
        {
            links.Next(last) = item;
            return;
        }

        list.First = item;
        if (slot != Ready)
        {
            occupied[slot / 64] |= 1UL << slot;
        }
    }

    private void SetEmpty(int slot)
    {
        if (slot != Ready)
        {
            occupied[slot / 64] &= ~(1UL << slot);
        }
    }

    private bool TryFindNext(out int slot, out uint tick)
    {
        for (int level = 0; level < Levels; level++)
        {
            // All slots of a level that are in use lie after Now's own.
            for (int word = level * WordsPerLevel; word < (level + 1) * WordsPerLevel; word++)
            {
                if (occupied[word] != 0)
                {
                    slot = (word * 64) + BitOperations.TrailingZeroCount(occupied[word]);
                    int shift = level * LevelBits;
                    uint above = level == Levels - 1 ? 0 : Now >> (shift + LevelBits) << (shift + LevelBits);
                    tick = above | ((uint)(slot & (LevelSlots - 1)) << shift);
                    return true;
                }
            }
        }

        slot = 0;
        tick = 0;
        return false;
    }
}
