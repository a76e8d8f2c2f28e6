using Router.Core.Limits;
using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>One rate limit as a lane holds it: got from <see cref="LimitLender.Hold"/>, given up by <see cref="LimitLender.LetGo"/>. There is one a key, so all lanes count in the same.</summary>
public sealed class Limit
{
    // By purpose, of all but the last: nobody is behind that. Made where something is counted in it that others are behind.
    private UrgentShare?[]? urgent;

    // Made with the first claim: most limits lend singles only.
    private LimitClaims? claims;

    internal Limit(LimitKey key, int perSecond)
    {
        Key = key;
        Rate = new RateLimit(perSecond);
    }

    /// <summary>Its name.</summary>
    public LimitKey Key { get; }

    /// <summary>Departures a second; <see cref="int.MaxValue"/>: not limited.</summary>
    public int PerSecond => Rate.PerSecond;

    internal RateLimit Rate { get; }

    internal int Holders { get; set; }

    /// <summary>Departures that <paramref name="who"/> leaves to others, of what is there.</summary>
    internal int KeptFrom(object? who, Purpose purpose, long bucket, int least) => Reserved(purpose, bucket, least) + (claims?.HeldAgainst(who, purpose, bucket) ?? 0);

    internal bool HasClaim(long bucket) => claims?.Stand(bucket) == true;

    internal void Claim(object who, Purpose purpose, int segments, long bucket) => (claims ??= new LimitClaims()).Say(who, purpose, segments, bucket);

    internal void Settle(object who, Purpose purpose, int segments, long bucket) => claims?.Settle(who, purpose, segments, bucket);

    internal void Count(Purpose purpose, long bucket, long end, int count)
    {
        Rate.Count(end, count);
        if (purpose < Purpose.Marketing && (urgent is not null || Holders > 1))
        {
            urgent ??= new UrgentShare?[(int)Purpose.Marketing];
            (urgent[(int)purpose] ??= new UrgentShare()).Count(bucket, end, count);
        }
    }

    internal void Uncount(Purpose purpose, long bucket, long end, int count)
    {
        Rate.Uncount(end, count);
        if (purpose < Purpose.Marketing)
        {
            urgent?[(int)purpose]?.Uncount(bucket, end, count);
        }
    }

    /// <summary>
    /// Departures that <paramref name="purpose"/> leaves to those before it, of what is there: as many as they needed lately and have not had in this second, up to half of the limit, and never so many
    /// that beside what they have had <paramref name="least"/> could not leave.
    /// </summary>
    private int Reserved(Purpose purpose, long bucket, int least)
    {
        if (urgent is null)
        {
            return 0;
        }

        int used = 0;
        int needed = 0;
        for (int before = 0; before < (int)purpose; before++)
        {
            if (urgent[before] is { } share)
            {
                used += share.Used(bucket);
                needed += share.Needed(bucket);
            }
        }

        return Math.Max(0, Math.Min(Math.Min(needed, PerSecond / 2) - used, PerSecond - Math.Min(least, PerSecond) - used));
    }
}
