namespace Router.Engine.Shards;

/// <summary>The last departures to one contact, as many as its limit counts: exact in any window, wherever it begins.</summary>
internal sealed class RecipientLog(int count)
{
    private const long Never = long.MinValue / 2;
    private readonly long[] times = NewTimes(count);
    private int next;

    /// <summary>Counts a departure at <paramref name="at"/>, when the count-th before it is a window ago; else returns how long to wait, ms.</summary>
    public long Take(long nowMs, long at, long windowMs)
    {
        long wait = times[next] + windowMs - nowMs;
        if (wait > 0)
        {
            return wait;
        }

        times[next] = at;
        next = (next + 1) % times.Length;
        return 0;
    }

    /// <summary>Takes the latest departure back.</summary>
    public void TakeBack()
    {
        next = (next + times.Length - 1) % times.Length;
        times[next] = Never;
    }

    /// <summary>The log with another count: the latest departures stay.</summary>
    public RecipientLog Resized(int newCount)
    {
        if (newCount == times.Length)
        {
            return this;
        }

        var resized = new RecipientLog(newCount);
        for (int i = Math.Min(newCount, times.Length); i > 0; i--)
        {
            resized.times[resized.next] = times[((next - i) % times.Length + times.Length) % times.Length];
            resized.next = (resized.next + 1) % newCount;
        }

        return resized;
    }

    private static long[] NewTimes(int count)
    {
        long[] times = new long[count];
        Array.Fill(times, Never);
        return times;
    }
}
