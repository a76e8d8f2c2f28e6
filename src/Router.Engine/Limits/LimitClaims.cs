using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>
/// What lanes keep free of a limit that has less than the segments of their next messages: else shorter ones would take each departure as it comes free, and they would wait as long as those come.
/// Of each purpose one lane after the other.
/// </summary>
/// <remarks>
/// One claim holds at a time, the most urgent one or who waits longest of those that have lost patience: two together might be more than the limit, and neither would ever find what it needs. The others stand
/// meanwhile, so that who waits behind often urgent ones is patient once and not anew after each.
/// </remarks>
internal sealed class LimitClaims
{
    private readonly LimitClaim[] claims = new LimitClaim[(int)Purpose.Marketing + 1]; // by purpose

    /// <summary>Departures that <paramref name="who"/> leaves to whoever claims them.</summary>
    public int HeldAgainst(object? who, Purpose purpose, long bucket)
    {
        int holding = Holding(bucket, out bool isImpatient);
        return holding < 0 || claims[holding].By == who || ((int)purpose < holding && !isImpatient) ? 0 : claims[holding].Least;
    }

    /// <summary>See <see cref="LimitClaim.Say"/>.</summary>
    public void Say(object who, Purpose purpose, int segments, long bucket) => claims[(int)purpose].Say(who, segments, bucket);

    /// <summary>See <see cref="LimitClaim.Settle"/>.</summary>
    public void Settle(object? who, Purpose purpose, int segments, long bucket) => claims[(int)purpose].Settle(who, segments, bucket);

    private int Holding(long bucket, out bool isImpatient)
    {
        int holding = -1;
        isImpatient = false;
        for (int i = 0; i < claims.Length; i++)
        {
            ref LimitClaim claim = ref claims[i];
            if (claim.Stands(bucket) && (holding < 0 || (claim.IsImpatient(bucket) && (!isImpatient || claim.Since < claims[holding].Since))))
            {
                holding = i;
                isImpatient = claim.IsImpatient(bucket);
            }
        }

        return holding;
    }
}
