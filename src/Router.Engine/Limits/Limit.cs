using Router.Core.Limits;

namespace Router.Engine.Limits;

/// <summary>One rate limit as a lane holds it: got from <see cref="LimitLender.Hold"/>, given up by <see cref="LimitLender.LetGo"/>. There is one a key, so all lanes count in the same.</summary>
public sealed class Limit
{
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
}
