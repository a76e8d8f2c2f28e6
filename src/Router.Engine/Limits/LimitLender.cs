using Router.Core.Limits;
using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>
/// Lends slices of rate limits: so many departures, good for at most 40 ms, each counted as made at the slice's end (DESIGN §3, §4.5). All limits of a
/// departure are taken together or none. Single-threaded: it belongs to the dispatcher of a silo.
/// </summary>
/// <remarks>
/// Hot path. <c>LimitsBenchmark</c>, 0 B for <see cref="TakeTogether"/> and <see cref="GiveBack"/>.
/// A limit that is used all the time gives N departures in one second, a slice and a bucket: with the default of 32 ms in at most 1.036 s, 0.965 N.
/// A lender that starts anew does not know what its predecessor lent, so it lends nothing for one window; then every limit is new to it and known to be unused.
/// Nobody is remembered for nothing: a limit without holders is forgotten once its window is empty.
/// </remarks>
public sealed class LimitLender
{
    /// <summary>Longest slice, milliseconds: a bucket is added, as a slice ends with its last one.</summary>
    public const int SliceMsMax = 36;

    /// <summary>Says that no lender was there before, for <c>lastDepartureAt</c>.</summary>
    public const long NoneBefore = -1;

    private readonly Dictionary<LimitKey, Limit> limits = [];
    private readonly RateClock clock;
    private readonly int sliceBuckets;
    private readonly long lendsFromBucket;

    /// <summary>Starts a lender.</summary>
    /// <param name="frequency">Timestamps a second (<see cref="TimeProvider.TimestampFrequency"/>).</param>
    /// <param name="startedAt">The timestamp now.</param>
    /// <param name="lastDepartureAt">
    /// A timestamp after which nothing that an earlier lender lent can depart. Null, the safe default: the end of a longest slice lent this moment, for borrowers
    /// that outlive their lender. <paramref name="startedAt"/> or earlier: the store is held exclusively, so the old process was dead by then. <see cref="NoneBefore"/>: there was none.
    /// </param>
    /// <param name="sliceMs">Length of a slice, 4 to <see cref="SliceMsMax"/>, in whole buckets of 4 ms: longer ones lapse less often, shorter ones waste less of the limit.</param>
    public LimitLender(long frequency, long startedAt, long? lastDepartureAt = null, int sliceMs = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frequency, 1_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(sliceMs, RateClock.BucketMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sliceMs, SliceMsMax);
        clock = new RateClock(frequency);
        sliceBuckets = sliceMs / RateClock.BucketMs;
        long lastBucket = lastDepartureAt is { } last
            ? clock.BucketAt(last)
            : clock.BucketAt(startedAt) + (SliceMsMax / RateClock.BucketMs) + 1;
        lendsFromBucket = lastDepartureAt == NoneBefore ? 0 : lastBucket + RateLimit.WindowBuckets;
    }

    /// <summary>Before this timestamp nothing is lent.</summary>
    public long LendsFrom => clock.StartOf(lendsFromBucket);

    /// <summary>Limits remembered.</summary>
    public int Count => limits.Count;

    /// <summary>The limit of <paramref name="key"/>, to be held by one lane until <see cref="LetGo"/>; its rate becomes <paramref name="perSecond"/>. Cold.</summary>
    public Limit Hold(LimitKey key, int? perSecond)
    {
        if (!limits.TryGetValue(key, out Limit? limit))
        {
            limit = new Limit(key, RateOf(perSecond));
            limits.Add(key, limit);
        }

        limit.Rate.PerSecond = RateOf(perSecond);
        limit.Holders++;
        return limit;
    }

    /// <summary>One lane less holds <paramref name="limit"/>.</summary>
    public void LetGo(Limit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        limit.Holders--;
    }

    /// <summary>
    /// A limit was configured anew; without effect on one that nobody remembers. Null: not limited, but still counted, so that a limit that comes back knows the last second.
    /// A lower rate holds at once for all windows that end after now.
    /// </summary>
    public void Set(LimitKey key, int? perSecond)
    {
        if (limits.TryGetValue(key, out Limit? limit))
        {
            limit.Rate.PerSecond = RateOf(perSecond);
        }
    }

    /// <summary>
    /// Takes departures from all <paramref name="limits"/> together or from none: as many as each of them can lend, up to what is asked.
    /// </summary>
    /// <param name="limits">Different limits of one lane, in any order; empty: nothing limits.</param>
    /// <param name="messages">Messages asked for, 1 or more.</param>
    /// <param name="segments">Segments asked for, <paramref name="messages"/> or more; only limits that count segments look at it.</param>
    /// <param name="segmentsMin">
    /// 1 or more: segments of the first message: with fewer nothing is taken, as nothing could leave. A provider whose limit is lower than this lends its whole limit; its caller must send such a message in parts.
    /// </param>
    /// <param name="now">The timestamp now.</param>
    /// <param name="purpose">What they are for: to those before it (<see cref="Purpose"/>) it leaves what they needed in a second lately, up to half of each limit.</param>
    /// <param name="who">Who asks: where one limit alone has less than <paramref name="segmentsMin"/>, others leave it to him. Null: nobody waits for him.</param>
    public Slice TakeTogether(ReadOnlySpan<Limit> limits, int messages, int segments, int segmentsMin, long now, Purpose purpose = Purpose.Otp, object? who = null)
    {
        if (limits.IsEmpty)
        {
            return new Slice(messages, segments, long.MaxValue, now);
        }

        long bucket = clock.BucketAt(now);
        if (bucket < lendsFromBucket)
        {
            return new Slice(0, 0, 0, LendsFrom);
        }

        int lentMessages = messages;
        int lentSegments = segments;
        foreach (Limit limit in limits)
        {
            int available = limit.Rate.Available(bucket) - limit.KeptFrom(who, purpose, bucket, LeastOf(limit, segmentsMin));
            if (!limit.Key.CountsSegments)
            {
                lentMessages = Math.Min(lentMessages, available);
            }
            else if (available < Math.Min(segmentsMin, limit.PerSecond))
            {
                lentSegments = 0;
            }
            else
            {
                lentSegments = Math.Min(lentSegments, available);
            }
        }

        if (lentMessages <= 0 || lentSegments <= 0)
        {
            if (who is not null)
            {
                Claim(limits, segmentsMin, bucket, purpose, who);
            }

            return new Slice(0, 0, 0, RetryAt(limits, segmentsMin, bucket, purpose, who));
        }

        // In the proportion asked for: where one side lends less, the other's surplus would only lapse.
        lentMessages = Math.Min(lentMessages, Share(lentSegments, messages, segments));
        lentSegments = Math.Min(lentSegments, Math.Max(segmentsMin, Share(lentMessages, segments, messages)));

        long end = bucket + sliceBuckets;
        foreach (Limit limit in limits)
        {
            int lent = limit.Key.CountsSegments ? lentSegments : lentMessages;
            limit.Count(purpose, bucket, end, lent);
        }

        return new Slice(lentMessages, lentSegments, clock.EndOf(end), now, purpose);
    }

    /// <summary>
    /// Gives back what was taken and has not departed and never will: it need not lapse. Of use where much was asked for and little was there; never needed.
    /// </summary>
    public void GiveBack(ReadOnlySpan<Limit> limits, in Slice slice, int messages, int segments)
    {
        if (limits.IsEmpty)
        {
            return;
        }

        long end = clock.BucketAt(slice.End);
        foreach (Limit limit in limits)
        {
            limit.Uncount(slice.Purpose, end - sliceBuckets, end, limit.Key.CountsSegments ? segments : messages);
        }
    }

    /// <summary>So many <paramref name="segments"/> of a slice left: what <paramref name="who"/> claimed of the limits is his no longer, if that was what he needed. Where nothing left, he still needs it.</summary>
    public void Settle(ReadOnlySpan<Limit> limits, in Slice slice, int segments, long now, object who)
    {
        if (segments == 0)
        {
            return;
        }

        foreach (Limit limit in limits)
        {
            limit.Settle(who, slice.Purpose, segments, clock.BucketAt(now));
        }
    }

    /// <summary>Whether <paramref name="limit"/> lends less than a message of <paramref name="segments"/> to <paramref name="who"/> just now.</summary>
    public bool IsReached(Limit limit, int segments, long now, Purpose purpose, object? who)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return Lacks(limit, LeastOf(limit, segments), clock.BucketAt(now), purpose, who);
    }

    /// <summary>Forgets limits that nobody holds and whose window is empty; returns how many. Call it about once a second: it looks at all. No allocation.</summary>
    public int Forget(long now)
    {
        long bucket = clock.BucketAt(now);
        int before = limits.Count;
        foreach ((LimitKey key, Limit limit) in limits)
        {
            // Removing while enumerating is allowed by Dictionary.
            if (limit.Holders <= 0 && limit.Rate.IsIdle(bucket))
            {
                limits.Remove(key);
            }
        }

        return before - limits.Count;
    }

    // amount × to / of, rounded up: at least 1 for at least 1.
    private static int Share(int amount, int to, int of) => (int)Math.Min(int.MaxValue, (((long)amount * to) + of - 1) / of);

    private static int LeastOf(Limit limit, int segmentsMin) => limit.Key.CountsSegments ? segmentsMin : 1;

    private static int RateOf(int? perSecond) => perSecond ?? int.MaxValue;

    private static bool Lacks(Limit limit, int least, long bucket, Purpose purpose, object? who) =>
        limit.Rate.Available(bucket) - limit.KeptFrom(who, purpose, bucket, least) < Math.Min(least, limit.PerSecond);

    // Where another limit lacks, too, what is kept free here would lie idle until that one has something.
    private static void Claim(ReadOnlySpan<Limit> limits, int segmentsMin, long bucket, Purpose purpose, object who)
    {
        Limit? lacking = null;
        foreach (Limit limit in limits)
        {
            if (Lacks(limit, LeastOf(limit, segmentsMin), bucket, purpose, who))
            {
                if (lacking is not null || !limit.Key.CountsSegments)
                {
                    return;
                }

                lacking = limit;
            }
        }

        if (lacking is not null && (segmentsMin > 1 || lacking.HasClaim(bucket)))
        {
            lacking.Claim(who, purpose, Math.Min(segmentsMin, lacking.PerSecond), bucket);
        }
    }

    private long RetryAt(ReadOnlySpan<Limit> limits, int segmentsMin, long bucket, Purpose purpose, object? who)
    {
        long next = bucket + 1;
        foreach (Limit limit in limits)
        {
            int least = LeastOf(limit, segmentsMin);
            next = Math.Max(next, limit.Rate.NextAt(bucket, limit.KeptFrom(who, purpose, bucket, least) + least));
        }

        return clock.StartOf(next);
    }
}
