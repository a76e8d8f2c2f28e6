namespace Router.Engine.Providers;

/// <summary>A provider's own rule for trying again: delays double from the first to the last, each with ± 20 % jitter.</summary>
/// <param name="AttemptsMax">Tries with an attempt's outcome (failed, unknown) before the next provider, 1 to 100.</param>
/// <param name="FirstDelayMs">Delay after the first, in ms.</param>
/// <param name="LastDelayMs">Longest delay, in ms.</param>
public sealed record RetryRule(int AttemptsMax, int FirstDelayMs, int LastDelayMs)
{
    /// <summary>Five tries, 1 s to 60 s.</summary>
    public static RetryRule Default { get; } = new(5, 1_000, 60_000);
}
