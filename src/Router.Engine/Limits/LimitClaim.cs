using Router.Core.Limits;

namespace Router.Engine.Limits;

/// <summary>What one lane keeps free of a limit: see <see cref="LimitClaims"/>.</summary>
internal struct LimitClaim
{
    // All of a limit comes free within a window: a claim that is not said again by then was given up.
    private const long HoldsBuckets = RateLimit.WindowBuckets + (2 * RateLimit.AheadMax);

    // So long those that are more urgent pass it by; then they, too, leave it what it needs, for they use up all there is.
    private const long PatientBuckets = 4 * RateClock.BucketsPerSecond;

    private long saidAt;

    /// <summary>Whose it is; null: nobody's.</summary>
    public object? By { get; private set; }

    /// <summary>Departures that it needs at once.</summary>
    public int Least { get; private set; }

    /// <summary>Since when it is said again and again.</summary>
    public long Since { get; private set; }

    /// <summary>It is said lately enough.</summary>
    public readonly bool Stands(long bucket) => By is not null && bucket - saidAt <= HoldsBuckets;

    /// <summary>Those that are more urgent have passed it by for long enough.</summary>
    public readonly bool IsImpatient(long bucket) => bucket - Since >= PatientBuckets;

    /// <summary><paramref name="who"/> needs <paramref name="segments"/> at once and finds fewer; without effect while another's stands.</summary>
    public void Say(object who, int segments, long bucket)
    {
        bool stands = Stands(bucket);
        if (stands && By != who)
        {
            return;
        }

        Since = stands ? Since : bucket;
        (By, Least, saidAt) = (who, segments, bucket);
    }

    /// <summary><paramref name="who"/> was lent <paramref name="segments"/>: the end of his claim, if that is what it needs; else his patience begins anew, or those before him would wait while he takes less again and again.</summary>
    public void Settle(object? who, int segments, long bucket)
    {
        if (By == who)
        {
            By = segments >= Least ? null : who;
            Since = bucket;
        }
    }
}
