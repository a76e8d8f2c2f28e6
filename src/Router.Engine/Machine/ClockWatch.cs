using System.Globalization;

namespace Router.Engine.Machine;

/// <summary>
/// Notices that the wall clock goes back (set by hand, by NTP at a step, with a machine that was restored). Nothing waits for it: what is paced goes by monotonic time, and ids go on from
/// where the clock was. But times that people gave or are told (schedules, validities, quiet hours) are off until it is right again, and nobody sees that from outside.
/// </summary>
/// <remarks>Looked at by one thread, read by any.</remarks>
public sealed class ClockWatch(TimeProvider time)
{
    // NTP's ordinary corrections are slewed, or far less.
    private const long ToleranceMs = 2_000;

    private long furthestMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private volatile string? trouble;

    /// <summary>What is wrong, for people; null: nothing. It ends when the clock reaches where it had been.</summary>
    public string? Trouble => trouble;

    /// <summary>Looks at the clock; true: what there is to tell has changed.</summary>
    internal bool Look()
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long back = furthestMs - now;
        if (back <= 0)
        {
            furthestMs = now;
        }

        if (trouble is null == back <= ToleranceMs)
        {
            return false;
        }

        trouble = back <= ToleranceMs ? null : string.Create(CultureInfo.InvariantCulture, $"the machine's clock went back by {back / 1000} s: schedules, validities and quiet hours are off until it is right");
        return true;
    }
}
