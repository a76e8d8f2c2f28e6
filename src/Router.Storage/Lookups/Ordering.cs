namespace Router.Storage.Lookups;

/// <summary>Ordinals in the order of their keys. Its arrays stay for the next time: 12 B for each of the most that it ever ordered. The sweeper's thread.</summary>
internal sealed class Ordering
{
    private ulong[] keys = [];
    private int[] ordinals = [];

    /// <summary>Begins <paramref name="count"/> ordinals: the caller fills in the key of each.</summary>
    public Span<ulong> Begin(int count)
    {
        if (keys.Length < count)
        {
            keys = new ulong[count];
            ordinals = new int[count];
        }

        return keys.AsSpan(0, count);
    }

    /// <summary>The ordinals of the first <paramref name="count"/> keys, the lowest key's first; good until the next <see cref="Begin"/>. Afterwards the keys are in order too.</summary>
    public ReadOnlySpan<int> End(int count)
    {
        for (int i = 0; i < count; i++)
        {
            ordinals[i] = i;
        }

        Span<int> ordered = ordinals.AsSpan(0, count);
        keys.AsSpan(0, count).Sort(ordered);
        return ordered;
    }
}
