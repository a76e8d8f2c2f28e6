using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Usage;

/// <summary>What usage is counted by.</summary>
/// <param name="Day">Days since 1970, UTC.</param>
/// <param name="Tenant">The tenant's number.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Provider">The provider's number.</param>
public readonly record struct UsageKey(int Day, int Tenant, Channel Channel, int Provider) : IComparable<UsageKey>
{
    private const long DayMs = 86_400_000;

    /// <summary>The day of <paramref name="atMs"/> (Unix ms).</summary>
    public static int DayOf(long atMs) => (int)(atMs / DayMs);

    /// <summary>The day's number.</summary>
    public static int DayOf(DateOnly day) => day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>The day as a date.</summary>
    public DateOnly Date => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(Day);

    /// <summary>Whether <paramref name="entry"/> counts: a provider took a segment.</summary>
    public static bool Counts(in JournalEntry entry) =>
        entry.Channel != Channel.None && (entry.Kind == EntryKind.SegmentSent || (entry.Kind == EntryKind.Status && entry.Status == MessageStatus.Sent));

    /// <summary>By what <paramref name="entry"/> counts.</summary>
    public static UsageKey Of(in JournalEntry entry) => new(DayOf(entry.AtMs), entry.Tenant, entry.Channel, entry.Provider);

    /// <summary>By day, tenant, channel, provider.</summary>
    public int CompareTo(UsageKey other) => (Day, Tenant, Channel, Provider).CompareTo((other.Day, other.Tenant, other.Channel, other.Provider));

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <(UsageKey left, UsageKey right) => left.CompareTo(right) < 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >(UsageKey left, UsageKey right) => left.CompareTo(right) > 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(UsageKey left, UsageKey right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(UsageKey left, UsageKey right) => left.CompareTo(right) >= 0;
}
