namespace Router.Core.Limits;

/// <summary>
/// The last departures to one contact, for its limit: at most <c>count</c> in any window of <c>windowSeconds</c> (R3.1). Exact: it keeps the times themselves. Single-threaded: it
/// belongs to the contact's shard. Times are milliseconds of one clock that does not go back.
/// </summary>
/// <remarks>
/// Hot path. <c>LimitsBenchmark</c>, 0 B once the array has grown to its contact's traffic (at most <c>count</c> times 4 B).
/// A departure is counted at the end of its release, as a slice's is (<see cref="RateLimit"/>): what is asked later sees it at its latest, so the limit holds wherever in its release the message left.
/// Times are kept as 32 bits since a base; the base moves on after 24 days, when all that lies behind it is older than any window.
/// </remarks>
public sealed class RecipientLog
{
    /// <summary>Messages a window at most.</summary>
    public const int CountMax = 100;

    /// <summary>Longest window: a week, in seconds.</summary>
    public const int WindowSecondsMax = 604_800;

    // Far from the end of 32 bits (49.7 days) and more than twice the longest window: 24.8 days.
    private const long RebaseMs = int.MaxValue;

    private uint[] times = [];
    private long baseMs;
    private byte first;
    private byte length;

    /// <summary>When one more may leave: <paramref name="nowMs"/> itself, or the first millisecond at which it may.</summary>
    /// <param name="count">Messages a window, 1 to <see cref="CountMax"/>. After a rise that also lengthens the window it is exact one old window later.</param>
    /// <param name="windowSeconds">The window, 1 to <see cref="WindowSecondsMax"/>.</param>
    /// <param name="nowMs">Now.</param>
    public long NextAt(int count, int windowSeconds, long nowMs)
    {
        if (length < count)
        {
            return nowMs;
        }

        // A window includes both its ends, hence the one more.
        return Math.Max(nowMs, At(length - count) + (windowSeconds * 1_000L) + 1);
    }

    /// <summary>Counts a departure that happens at <paramref name="atMs"/> or before; only the last <paramref name="count"/> are kept.</summary>
    public void Count(int count, long atMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CountMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Rebase(atMs);
        while (length >= count)
        {
            Drop();
        }

        if (length == times.Length)
        {
            Grow(count);
        }

        // Releases may end in another order than they began; the log is kept in order of time.
        uint time = (uint)Math.Max(0, atMs - baseMs);
        int at = length++;
        for (; at > 0 && this[at - 1] > time; at--)
        {
            this[at] = this[at - 1];
        }

        this[at] = time;
    }

    /// <summary>Takes back one departure counted at <paramref name="atMs"/> that has not happened and never will (its release lapsed).</summary>
    public void Uncount(long atMs)
    {
        for (int at = length - 1; at >= 0; at--)
        {
            if (At(at) == atMs)
            {
                for (; at + 1 < length; at++)
                {
                    this[at] = this[at + 1];
                }

                length--;
                return;
            }
        }
    }

    /// <summary>Nothing counted lies within a window any more: a new log would answer the same.</summary>
    public bool IsIdle(int windowSeconds, long nowMs) => length == 0 || At(length - 1) + (windowSeconds * 1_000L) < nowMs;

    private ref uint this[int index] => ref times[(first + index) % times.Length];

    private long At(int index) => baseMs + this[index];

    private void Drop()
    {
        first = (byte)((first + 1) % times.Length);
        length--;
    }

    private void Grow(int count)
    {
        var larger = new uint[Math.Min(count, Math.Max(2, times.Length * 2))];
        for (int i = 0; i < length; i++)
        {
            larger[i] = this[i];
        }

        times = larger;
        first = 0;
    }

    private void Rebase(long atMs)
    {
        if (length == 0)
        {
            baseMs = atMs - RebaseMs;
        }

        long by = atMs - baseMs - RebaseMs;
        if (by <= RebaseMs / 2)
        {
            return;
        }

        for (int i = 0; i < length; i++)
        {
            this[i] = (uint)Math.Max(0, this[i] - by);
        }

        baseMs += by;
    }
}
