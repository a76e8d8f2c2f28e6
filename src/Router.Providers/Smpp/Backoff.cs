namespace Router.Providers.Smpp;

/// <summary>When a bind is tried again: delays double from 200 ms to 30 s, each with ± 20 % jitter; refused credentials wait from a minute to ten. Single owner.</summary>
internal sealed class Backoff(int seed)
{
    private const int FirstMs = 200;
    private const int LastMs = 30_000;
    private const int CredentialsFirstMs = 75_000; // less 20 % is a minute
    private const int CredentialsLastMs = 600_000;

    private readonly Random random = new(seed);
    private int failures;
    private int refusals;

    /// <summary>A session was up long enough: the next delay is the first again.</summary>
    public void Reset() => (failures, refusals) = (0, 0);

    /// <summary>The delay before the next try.</summary>
    public TimeSpan Next(bool credentials)
    {
        double ms = credentials ? Doubled(CredentialsFirstMs, CredentialsLastMs, refusals++) : Doubled(FirstMs, LastMs, failures++);
        return TimeSpan.FromMilliseconds(ms * (0.8 + (random.NextDouble() * 0.4)));
    }

    private static double Doubled(int first, int last, int times) => Math.Min(last, first * Math.Pow(2, Math.Min(times, 20)));
}
