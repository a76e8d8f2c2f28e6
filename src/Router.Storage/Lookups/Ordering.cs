namespace Router.Storage.Lookups;

/// <summary>Ordinals in the order of their keys. Its arrays stay for the next time: 12 B and an eighth for each of the most that it ever ordered. The sweeper's thread.</summary>
internal sealed class Ordering
{
    private ulong[] keys = [];
    private int[] ordinals = [];

    /// <summary>Begins <paramref name="count"/> ordinals: the caller fills in the key of each.</summary>
    public Span<ulong> Begin(int count)
    {
        if (keys.Length < count)
        {
            // What is swept ends with the commit that fills it, so each time there may be a few more than ever before: with no room to spare both came anew with most sweeps.
            keys = new ulong[count + (count >> 3)];
            ordinals = new int[keys.Length];
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
