namespace Router.Engine.Journal;

/// <summary>Reads the log of status changes, which is the event log. Entries that are no events are left out.</summary>
public interface IEventLog
{
    /// <summary>The end of the log: after the last event kept.</summary>
    LogPosition End { get; }

    /// <summary>The oldest place that can still be read; before it: 410 <c>cursor_expired</c>.</summary>
    LogPosition Begin { get; }

    /// <summary>
    /// Adds to <paramref name="events"/> up to <paramref name="max"/> events of <paramref name="tenant"/> (0: of all) after <paramref name="after"/>, in commit order,
    /// and returns the place up to which it looked, which may be later than the last event added. One call looks at a bounded part of the log: that fewer were added, or none, says
    /// nothing of the end, the place alone does.
    /// </summary>
    LogPosition Read(int tenant, LogPosition after, StructList<LogEvent> events, int max);

    /// <summary>
    /// Adds to <paramref name="tenants"/> those that may have events after <paramref name="after"/>, which <see cref="End"/> or an earlier look gave (0: every one, where that is too
    /// long ago to tell), and returns the place up to which it looked: the end. Costs a look at each commit's groups, not at its entries.
    /// </summary>
    LogPosition Look(LogPosition after, ISet<int> tenants);

    /// <summary>
    /// A place before every event that was kept at <paramref name="atMs"/> (Unix ms) or later, as far as clocks were not set back; <see cref="End"/> where none was.
    /// </summary>
    LogPosition FindTime(long atMs);

    /// <summary>Ends once the log reaches beyond <paramref name="position"/>.</summary>
    Task WaitAsync(LogPosition position, CancellationToken cancellationToken);
}
