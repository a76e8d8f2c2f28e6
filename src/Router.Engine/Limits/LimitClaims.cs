using System.Runtime.InteropServices;
using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>
/// What lanes keep free of a limit that has less than the segments of their next messages: else shorter ones would take each departure as it comes free, and they would wait as long as those come.
/// Of each purpose one lane after the other, in the order in which they found too little; while somebody stands in line, who finds too little stands in it as well, however short its message: else who has been
/// served claims the next departures before anybody else comes to ask.
/// </summary>
/// <remarks>
/// One claim holds at a time, the most urgent one or who waits longest of those that have lost patience: two together might be more than the limit, and neither would ever find what it needs. The others stand
/// meanwhile, so that who waits behind often urgent ones is patient once and not anew after each.
/// </remarks>
internal sealed class LimitClaims
{
    // More lanes of a purpose than that at one limit come in as places come free.
    private const int LineMax = 256;

    private readonly List<LimitClaim>?[] lines = new List<LimitClaim>?[(int)Purpose.Marketing + 1]; // by purpose

    /// <summary>Whether somebody claims something.</summary>
    public bool Stand(long bucket) => Holding(bucket, out _) >= 0;

    /// <summary>Departures that <paramref name="who"/> leaves to whoever claims them.</summary>
    public int HeldAgainst(object? who, Purpose purpose, long bucket)
    {
        int holding = Holding(bucket, out bool isImpatient);
        return holding < 0 || lines[holding]![0].By.Equals(who) || ((int)purpose < holding && !isImpatient) ? 0 : lines[holding]![0].Least;
    }

    /// <summary><paramref name="who"/> needs <paramref name="segments"/> at once and finds fewer: he holds them as his turn comes.</summary>
    public void Say(object who, Purpose purpose, int segments, long bucket)
    {
        List<LimitClaim> line = lines[(int)purpose] ??= [];
        int at = IndexOf(line, who);
        if (at >= 0 && line[at].Stands(bucket))
        {
            line[at] = line[at] with { Least = segments, SaidAt = bucket };
            return;
        }

        if (at >= 0)
        {
            line.RemoveAt(at);
        }
        else if (line.Count == LineMax)
        {
            line.RemoveAll(claim => !claim.Stands(bucket));
        }

        if (line.Count < LineMax)
        {
            line.Add(new LimitClaim(who, segments, bucket, bucket));
        }
    }

    /// <summary>
    /// <paramref name="segments"/> of <paramref name="who"/> left: the end of his claim, if that is what it needs; else his patience begins anew, or those before him would wait while he takes less again and again.
    /// </summary>
    public void Settle(object who, Purpose purpose, int segments, long bucket)
    {
        if (lines[(int)purpose] is not { Count: > 0 } line || IndexOf(line, who) is not (>= 0 and int at))
        {
            return;
        }

        if (segments >= line[at].Least)
        {
            line.RemoveAt(at);
        }
        else
        {
            line[at] = line[at] with { Since = bucket };
        }
    }

    private static int IndexOf(List<LimitClaim> line, object who)
    {
        ReadOnlySpan<LimitClaim> claims = CollectionsMarshal.AsSpan(line);
        for (int i = 0; i < claims.Length; i++)
        {
            if (claims[i].By.Equals(who))
            {
                return i;
            }
        }

        return -1;
    }

    // Of each line the first that stands; those before it were given up.
    private int Holding(long bucket, out bool isImpatient)
    {
        int holding = -1;
        isImpatient = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] is not { } line)
            {
                continue;
            }

            while (line.Count > 0 && !line[0].Stands(bucket))
            {
                line.RemoveAt(0);
            }

            if (line.Count > 0 && (holding < 0 || (line[0].IsImpatient(bucket) && (!isImpatient || line[0].Since < lines[holding]![0].Since))))
            {
                holding = i;
                isImpatient = line[0].IsImpatient(bucket);
            }
        }

        return holding;
    }
}
