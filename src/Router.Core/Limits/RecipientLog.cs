namespace Router.Core.Limits;

/// <summary>
/// The last departures to one contact, for its limit: at most <c>count</c> in any window of <c>windowSeconds</c> (R3.1). Exact: it keeps the times themselves. Single-threaded: it
/// belongs to the contact's shard. Times are milliseconds of one clock that does not go back.
/// A place is reserved first (<see cref="Reserve"/>): until its message departs it counts in every window, as nobody knows yet in which one it will lie.
/// </summary>
/// <remarks>
/// Hot path. <c>LimitsBenchmark</c>, 0 B once the array has grown to its contact's traffic (at most <c>count</c> times 4 B).
/// A departure is counted at the end of its release, as a slice's is (<see cref="RateLimit"/>): what is asked later sees it at its latest, so the limit holds wherever in its release the message left.
/// It knows up to when it may have missed departures (what it dropped, what lay before it was loaded), so that a limit that is changed, even to more in a longer window, stays exact.
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
    private long unknownUntilMs = long.MinValue;
    private int reserved;
    private int uncertain;
    private byte first;
    private byte length;

    /// <summary>Whether a place may still be given back: one is reserved, or a release is open.</summary>
    public bool MayGiveBack(long nowMs) => reserved > 0 || (length > 0 && At(length - 1) > nowMs);

    /// <summary>When one more may leave: <paramref name="nowMs"/> itself, or the first millisecond at which it may.</summary>
    /// <param name="count">Messages a window, 1 to <see cref="CountMax"/>.</param>
    /// <param name="windowSeconds">The window, 1 to <see cref="WindowSecondsMax"/>.</param>
    /// <param name="nowMs">Now.</param>
    /// <returns>While <see cref="MayGiveBack"/> it may turn out earlier (one is given back) or later (one departs): ask again.</returns>
    public long NextAt(int count, int windowSeconds, long nowMs)
    {
        int free = count - reserved;
        return free <= 0 ? nowMs + WindowMs(windowSeconds) : NextAmong(free, windowSeconds, nowMs);
    }

    /// <summary>
    /// When a message that has a place may depart: the places of others do not count, they are asked here too. Later than now only where more places are taken than the limit has: one of them
    /// came back after its release had ended and another had taken its place, or the limit was lowered.
    /// </summary>
    /// <param name="count">Messages a window, 1 to <see cref="CountMax"/>.</param>
    /// <param name="windowSeconds">The window, 1 to <see cref="WindowSecondsMax"/>.</param>
    /// <param name="nowMs">Now.</param>
    /// <param name="isUncertain">Whether it may have departed already, as it was reserved.</param>
    /// <param name="certainFromMs">Until when uncertain ones may have departed.</param>
    public long DepartsAt(int count, int windowSeconds, long nowMs, bool isUncertain, long certainFromMs)
    {
        long certainMs = certainFromMs + WindowMs(windowSeconds);
        int free = count - (nowMs < certainMs ? uncertain - (isUncertain ? 1 : 0) : 0);
        return free <= 0 ? certainMs : NextAmong(free, windowSeconds, nowMs);
    }

    /// <summary>Takes a place for a message that has not departed; <paramref name="isUncertain"/>: it may have, and departs again.</summary>
    public void Reserve(bool isUncertain = false)
    {
        reserved++;
        uncertain += isUncertain ? 1 : 0;
    }

    /// <summary>A reserved place's message departs at <paramref name="atMs"/> or before: an uncertain one's earlier departure is the same message.</summary>
    public void Depart(int count, long atMs, bool isUncertain = false)
    {
        reserved--;
        uncertain -= isUncertain ? 1 : 0;
        Count(count, atMs);
    }

    /// <summary>What was to depart at <paramref name="atMs"/> has not, and still may: its place is reserved again.</summary>
    public void Return(long atMs, bool isUncertain = false)
    {
        Uncount(atMs);
        Reserve(isUncertain);
    }

    /// <summary>A reserved place's message will never depart.</summary>
    public void GiveBack() => reserved--;

    /// <summary>What was counted at <paramref name="atMs"/> departed at <paramref name="leftMs"/> or before.</summary>
    public void Settle(int count, long atMs, long leftMs)
    {
        if (leftMs < atMs && Uncount(atMs))
        {
            Count(count, leftMs);
        }
    }

    /// <summary>Takes up departures from storage, in any order; before <paramref name="unknownUntilMs"/> and then there may have been others.</summary>
    public void Load(ReadOnlySpan<long> departures, long unknownUntilMs)
    {
        this.unknownUntilMs = Math.Max(this.unknownUntilMs, unknownUntilMs);
        foreach (long atMs in departures)
        {
            Count(CountMax, atMs);
        }
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

    /// <summary>Takes back one departure counted at <paramref name="atMs"/> that has not happened and never will (its release lapsed); false: none is counted there.</summary>
    public bool Uncount(long atMs)
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
                return true;
            }
        }

        return false;
    }

    /// <summary>Nothing counted lies within a window any more: a new log would answer the same.</summary>
    public bool IsIdle(int windowSeconds, long nowMs) => NextAt(1, windowSeconds, nowMs) == nowMs;

    // A window includes both its ends, hence the one more.
    private static long WindowMs(int windowSeconds) => (windowSeconds * 1_000L) + 1;

    private long NextAmong(int free, int windowSeconds, long nowMs)
    {
        long windowMs = WindowMs(windowSeconds);
        long next = unknownUntilMs == long.MinValue ? nowMs : Math.Max(nowMs, unknownUntilMs + windowMs);
        return length < free ? next : Math.Max(next, At(length - free) + windowMs);
    }

    private ref uint this[int index] => ref times[(first + index) % times.Length];

    private long At(int index) => baseMs + this[index];

    private void Drop()
    {
        unknownUntilMs = Math.Max(unknownUntilMs, At(0));
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
