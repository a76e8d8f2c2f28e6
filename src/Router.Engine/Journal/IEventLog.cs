namespace Router.Engine.Journal;

/// <summary>A place in the log in commit order: commit number, and entry within the commit. Never a clock (DESIGN §6).</summary>
public readonly record struct LogPosition(long Commit, int Index) : IComparable<LogPosition>
{
    /// <summary>By commit, then entry.</summary>
    public int CompareTo(LogPosition other) => Commit != other.Commit ? Commit.CompareTo(other.Commit) : Index.CompareTo(other.Index);

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>One event as read from the log: ids, type, time and reason only; bodies are composed when delivered.</summary>
public struct LogEvent
{
    /// <summary>Where it stands.</summary>
    public LogPosition Position;

    /// <summary>
    /// The entry; an accepted message shows as <see cref="EntryKind.Status"/> with <see cref="Core.Messages.MessageStatus.Accepted"/>.
    /// <see cref="JournalEntry.ReceiptKey"/> is not filled.
    /// </summary>
    public JournalEntry Entry;
}

/// <summary>Reads the log of status changes, which is the event log. Entries that are no events are left out.</summary>
public interface IEventLog
{
    /// <summary>The end of the log: after the last event kept.</summary>
    LogPosition End { get; }

    /// <summary>The oldest place that can still be read; before it: 410 <c>cursor_expired</c>.</summary>
    LogPosition Begin { get; }

    /// <summary>
    /// Adds to <paramref name="events"/> up to <paramref name="max"/> events of <paramref name="tenant"/> (0: of all) after <paramref name="after"/>, in commit order,
    /// and returns the place up to which it looked, which may be later than the last event added.
    /// </summary>
    LogPosition Read(int tenant, LogPosition after, StructList<LogEvent> events, int max);

    /// <summary>Ends once the log reaches beyond <paramref name="position"/>.</summary>
    Task WaitAsync(LogPosition position, CancellationToken cancellationToken);
}
