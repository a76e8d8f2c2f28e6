using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>For tests that look at all events at once: a read looks at a part of the log.</summary>
public static class EventLogReading
{
    /// <summary>All events of <paramref name="tenant"/> that are kept now; 0: of all.</summary>
    public static LogEvent[] ReadAll(this IEventLog log, int tenant = 0)
    {
        ArgumentNullException.ThrowIfNull(log);
        var events = new StructList<LogEvent>(64);
        for (LogPosition at = log.Begin, end = log.End; at < end;)
        {
            at = log.Read(tenant, at, events, int.MaxValue);
        }

        return events.Span.ToArray();
    }
}
