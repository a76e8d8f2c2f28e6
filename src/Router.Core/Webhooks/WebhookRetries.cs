namespace Router.Core.Webhooks;

/// <summary>When a delivery that failed is tried again: fast for a hiccup, then slower, for three days (issue 5; the steps are those that users of Standard Webhooks know).</summary>
public static class WebhookRetries
{
    /// <summary>After so long of failure nobody tries any more, ms: 3 days.</summary>
    public const long LongestMs = 3 * 24 * 3_600_000L;

    /// <summary>Bounds of what a receiver's <c>Retry-After</c> can ask for, ms: not hot, and no longer than an hour, because a receiver that says "tomorrow" by mistake must not be left for days.</summary>
    public const long RetryAfterMinMs = 1_000;

    /// <inheritdoc cref="RetryAfterMinMs"/>
    public const long RetryAfterMaxMs = 3_600_000;

    // A receiver that is back gets new events after five minutes at most; one that is dead costs a post in that time.
    private const long KnockFirstMs = 5_000;
    private const long KnockMaxMs = 300_000;

    // 5 s · 5 min · 30 min · 2 h · 5 h · 10 h, then every 10 h: 72 h lie within the 11th pause.
    private static readonly long[] StepsMs = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000];

    /// <summary>The pause after the <paramref name="failures"/>-th failure in a row (1 and up), up to a tenth longer: what failed together does not come back together.</summary>
    /// <param name="failures">1 and up.</param>
    /// <param name="jitter">0 to 1.</param>
    public static long DelayMs(int failures, double jitter)
    {
        long step = StepsMs[Math.Min(Math.Max(failures, 1), StepsMs.Length) - 1];
        return step + (long)(step * 0.1 * jitter);
    }

    /// <summary>The pause of a receiver that takes nothing after its <paramref name="knocks"/>-th failed knock (1 and up): 5 s, twice as long each time, at most 5 min; up to a tenth longer.</summary>
    /// <param name="knocks">1 and up.</param>
    /// <param name="jitter">0 to 1.</param>
    public static long KnockMs(int knocks, double jitter)
    {
        long pause = Math.Min(KnockFirstMs << Math.Clamp(knocks - 1, 0, 10), KnockMaxMs);
        return pause + (long)(pause * 0.1 * jitter);
    }
}
