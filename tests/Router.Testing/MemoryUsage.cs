using Router.Engine.Journal;
using Router.Engine.Usage;

namespace Router.Testing;

/// <summary>Usage in memory.</summary>
public sealed class MemoryUsage : IUsage
{
    private readonly Lock sync = new();
    private readonly UsageSums sums = new();

    /// <summary>Counts an entry that was kept.</summary>
    public void Add(in JournalEntry entry)
    {
        lock (sync)
        {
            sums.Add(entry);
        }
    }

    /// <summary>Counts a message that was kept.</summary>
    public void Add(in AcceptedMessage accepted)
    {
        lock (sync)
        {
            sums.Add(accepted);
        }
    }

    /// <summary>All of it.</summary>
    public IReadOnlyList<UsageRow> All
    {
        get
        {
            lock (sync)
            {
                return [.. sums.Rows.OrderBy(static r => r.Key)];
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long> ReadSpent() => All.GroupBy(static r => r.Key.Tenant).ToDictionary(static g => g.Key, static g => g.Sum(static r => r.Cost));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, int tenant, int max, CancellationToken cancellationToken) =>
        new([.. All.Where(r => r.Key.Date >= from && r.Key.Date <= to && (tenant == 0 || r.Key.Tenant == tenant)).Take(max + 1)]);
}
