using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.Engine.Shards;

namespace Router.FrontDoor.Accepting;

/// <summary>
/// <c>RateLimit-Policy</c> and <c>RateLimit</c> (draft-ietf-httpapi-ratelimit-headers-10). Policy <c>waiting</c>: messages of the tenant that may wait, <c>r</c> is how many more until 429.
/// Policy <c>per-second</c>, where the tenant has that limit, which defers and never refuses: <c>r</c> is how many more, taken now, would leave within a second as far as this limit goes (the
/// limit less what waits already), <c>t</c> the seconds that what waits needs to leave.
/// </summary>
/// <remarks>One string an answer, none where as many wait as at the last one. The figures are this silo's, a moment old.</remarks>
internal sealed class RateLimitHeaders(IShards shards)
{
    private readonly ConditionalWeakTable<Tenant, Texts> texts = [];

    /// <summary>Sets both headers.</summary>
    internal void Set(HttpResponse response, Tenant tenant)
    {
        Texts of = texts.GetValue(tenant, static t => new Texts(t.Settings.Limits));
        response.Headers["RateLimit-Policy"] = of.Policy;
        response.Headers["RateLimit"] = of.At(Math.Max(0, shards.WaitingOf(tenant.Number)));
    }

    // A change of the tenant's settings makes a new Tenant, and so new texts.
    private sealed class Texts(TenantLimits limits)
    {
        private volatile Known? last;

        internal string Policy { get; } = string.Create(CultureInfo.InvariantCulture, $"\"waiting\";q={limits.Waiting}")
            + (limits.PerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $", \"per-second\";q={rate};w=1") : "");

        internal string At(long waiting)
        {
            Known? known = last;
            if (known is null || known.Waiting != waiting)
            {
                last = known = new Known(waiting, Compose(waiting));
            }

            return known.Text;
        }

        // When a place becomes free nobody knows: t is said where there is none, and is what Retry-After says.
        private string Compose(long waiting)
        {
            long left = Math.Max(0, limits.Waiting - waiting);
            string text = string.Create(CultureInfo.InvariantCulture, $"\"waiting\";r={left}");
            if (left == 0)
            {
                text += string.Create(CultureInfo.InvariantCulture, $";t={Problems.KnownProblems.TenantFull.RetryAfterSeconds}");
            }

            return limits.PerSecond is { } rate
                ? text + string.Create(CultureInfo.InvariantCulture, $", \"per-second\";r={Math.Max(0, rate - waiting)};t={Math.Max(1, (waiting + rate - 1) / rate)}")
                : text;
        }

        private sealed record Known(long Waiting, string Text);
    }
}
