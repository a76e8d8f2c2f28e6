using Router.Core.Consent;
using Router.Core.Routing;

namespace Router.Core.Times;

/// <summary>
/// A tenant's quiet hours (R3.4) on the wall clocks of its contacts: it is quiet while the clock on the recipient's wall shows a time from <c>from</c> on, up to and without <c>to</c>.
/// The zone is the contact's own, else those that its number's first digits allow (quiet while it is quiet in any of them), else the tenant's, else UTC. Any thread; no clock of its own.
/// </summary>
/// <remarks>
/// Hot path for marketing of tenants that have quiet hours. <c>DecideBenchmark</c>, 0 B: for each set of zones in use one day of its quiet hours is remembered, and worked out anew when it has passed.
/// An hour that a change of clocks skips is not on the wall: quiet hours that begin or end in it do so with the change. An hour that comes twice is quiet twice, or not at all.
/// </remarks>
public sealed class QuietClock
{
    private const int ChunkLength = 64;
    private readonly QuietWindow window;
    private readonly int tenantZone;
    private readonly QuietDay?[]?[] days = new QuietDay?[]?[NumberZones.SetsMax / ChunkLength];

    /// <summary>Makes the clock of one tenant. Loads what is known of numbers, about 0.1 s the first time.</summary>
    /// <param name="fromMinute">Minute of the day, 0 to 1,439, at which quiet begins.</param>
    /// <param name="toMinute">Minute of the day at which it ends, another than <paramref name="fromMinute"/>.</param>
    /// <param name="tenantZone">The tenant's zone (<see cref="TimeZones"/>); 0 or one that this machine has not: UTC.</param>
    public QuietClock(int fromMinute, int toMinute, int tenantZone)
    {
        window = new QuietWindow(fromMinute, toMinute);
        this.tenantZone = TimeZones.Find(tenantZone) is null ? TimeZones.Utc : tenantZone;
        NumberZones.Load();
    }

    /// <summary>When the quiet ends that holds now or begins within <paramref name="leadMs"/>, Unix ms; 0: it is not quiet for so long.</summary>
    /// <param name="flags">Of the contact: they hold its own zone.</param>
    /// <param name="prefix">First digits of its number; none on channels without numbers.</param>
    /// <param name="nowMs">Unix ms.</param>
    /// <param name="leadMs">How long from now on it must not be quiet: as long as a release is good, at most a minute.</param>
    /// <returns>Where zones in which the contact may be leave no time that is quiet in none of them, a time two days ahead at most: then it is asked again.</returns>
    public long QuietUntil(ContactFlags flags, DestinationPrefix prefix, long nowMs, int leadMs)
    {
        int set = flags.TimeZone;
        if (set == 0 || TimeZones.Find(set) is null)
        {
            set = NumberZones.SetOf(prefix);
            set = set == 0 ? tenantZone : set;
        }

        QuietDay day = days[set / ChunkLength] is { } chunk && Volatile.Read(ref chunk[set % ChunkLength]) is { } known && nowMs >= known.FromMs && nowMs < known.QuietToMs
            ? known
            : WorkOut(set, nowMs);
        return nowMs + leadMs >= day.QuietFromMs ? day.QuietToMs : 0;
    }

    private QuietDay WorkOut(int set, long nowMs)
    {
        QuietDay day = window.DayOf(NumberZones.ZonesOf(set), nowMs);
        ref QuietDay?[]? place = ref days[set / ChunkLength];
        QuietDay?[] chunk = Volatile.Read(ref place) ?? Interlocked.CompareExchange(ref place, new QuietDay?[ChunkLength], null) ?? place;
        Volatile.Write(ref chunk[set % ChunkLength], day);
        return day;
    }
}
