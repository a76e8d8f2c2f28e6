using Router.Core.Limits;
using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>
/// What a lane keeps free of a limit that has less than the segments of its next message: else shorter ones would take each departure as it comes free, and it would wait as long as they come.
/// One lane after the other.
/// </summary>
internal struct LimitClaim
{
    // All of a limit comes free within a window: a claim that is not said again by then was given up.
    private const long HoldsBuckets = RateLimit.WindowBuckets + (2 * RateLimit.AheadMax);

    // So long those that are more urgent pass it by; then they, too, leave it what it needs, for they use up all there is.
    private const long PatientBuckets = 4 * RateClock.BucketsPerSecond;

    private object? by;
    private Purpose purpose;
    private int least;
    private long since;
    private long saidAt;

    /// <summary>Departures that <paramref name="who"/> leaves to whoever claims them.</summary>
    public readonly int HeldAgainst(object? who, Purpose whoFor, long bucket) =>
        by is null || by == who || HasLapsed(bucket) || (whoFor < purpose && bucket - since < PatientBuckets) ? 0 : least;

    /// <summary>It needs <paramref name="segments"/> at once and finds fewer; without effect while another's claim holds.</summary>
    public void Say(object who, Purpose whoFor, int segments, long bucket)
    {
        if (HeldAgainst(who, whoFor, bucket) > 0)
        {
            return;
        }

        since = by != who || HasLapsed(bucket) ? bucket : since;
        (by, purpose, least, saidAt) = (who, whoFor, segments, bucket);
    }

    /// <summary>It was lent <paramref name="segments"/>: the end of its claim, if that is what it needs.</summary>
    public void Settle(object? who, int segments) => by = by == who && segments >= least ? null : by;

    private readonly bool HasLapsed(long bucket) => bucket - saidAt > HoldsBuckets;
}
