using System.Diagnostics;

namespace Router.LoadTest.Load;

/// <summary>Nanoseconds of the machine's monotonic clock: one clock for all processes of a run, so that a time goes with a message and is compared where it arrives.</summary>
internal static class Clock
{
    // At one moment, so that times that others tell by the wall can be compared.
    private static readonly long wallMinusMonotonic = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100 - Stopwatch.GetTimestamp();

    /// <summary>Now.</summary>
    internal static long Now => Stopwatch.GetTimestamp();

    /// <summary>A moment of the wall clock as one of this clock.</summary>
    internal static long FromWall(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100 - wallMinusMonotonic;

    /// <summary>Seconds as nanoseconds.</summary>
    internal static long Seconds(double seconds) => (long)(seconds * 1e9);

    /// <summary>Fails where the framework's ticks are no nanoseconds, as they are on every Linux.</summary>
    internal static void Check()
    {
        if (Stopwatch.Frequency != 1_000_000_000)
        {
            throw new NotSupportedException($"the clock has {Stopwatch.Frequency} ticks a second, not a billion");
        }
    }
}
