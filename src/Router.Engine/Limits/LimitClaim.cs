using Router.Core.Limits;

namespace Router.Engine.Limits;

/// <summary>What one lane keeps free of a limit, or will as its turn comes: see <see cref="LimitClaims"/>.</summary>
/// <param name="By">Whose it is, by its equality.</param>
/// <param name="Least">Departures that it needs at once.</param>
/// <param name="Since">Since when it is said again and again, or was lent less.</param>
/// <param name="SaidAt">When it was said last.</param>
internal readonly record struct LimitClaim(object By, int Least, long Since, long SaidAt)
{
    // All of a limit comes free within a window: a claim that is not said again by then was given up.
    private const long HoldsBuckets = RateLimit.WindowBuckets + (2 * RateLimit.AheadMax);

    // So long those that are more urgent pass it by; then they, too, leave it what it needs, for they use up all there is.
    private const long PatientBuckets = 4 * RateClock.BucketsPerSecond;

    /// <summary>It is said lately enough.</summary>
    public bool Stands(long bucket) => bucket - SaidAt <= HoldsBuckets;

    /// <summary>Those that are more urgent have passed it by for long enough.</summary>
    public bool IsImpatient(long bucket) => bucket - Since >= PatientBuckets;
}
