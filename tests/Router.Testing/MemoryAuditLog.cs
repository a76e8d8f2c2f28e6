using Router.Engine.Audit;
using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>The log of changes in memory; failing on demand.</summary>
public sealed class MemoryAuditLog : IAuditLog
{
    private readonly Lock sync = new();
    private readonly List<AuditEntry> entries = [];

    /// <summary>Nothing is kept.</summary>
    public bool Unavailable { get; set; }

    /// <summary>All entries, the oldest first.</summary>
    public IReadOnlyList<AuditEntry> Entries
    {
        get
        {
            lock (sync)
            {
                return [.. entries];
            }
        }
    }

    public Task AppendAsync(AuditEntry entry)
    {
        lock (sync)
        {
            if (Unavailable)
            {
                return Task.FromException(new JournalUnavailableException("the test says so"));
            }

            entries.Add(entry);
            return Task.CompletedTask;
        }
    }

    public ValueTask<AuditPage> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            List<AuditEntry> items = [];
            for (int place = query.Before == 0 ? entries.Count : (int)query.Before - 1; place >= 1; place--)
            {
                if (query.Matches(entries[place - 1]))
                {
                    items.Add(entries[place - 1]);
                    if (items.Count == query.Limit)
                    {
                        return new ValueTask<AuditPage>(new AuditPage(items, place > 1 ? place : 0));
                    }
                }
            }

            return new ValueTask<AuditPage>(new AuditPage(items, 0));
        }
    }
}
