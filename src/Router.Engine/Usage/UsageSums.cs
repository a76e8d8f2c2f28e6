using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Usage;

/// <summary>Usage counted in memory, from entries of the log. The caller holds its lock.</summary>
/// <remarks>Hot path: an entry of the same key as the one before costs a comparison; 0 B but for a key not seen before.</remarks>
public sealed class UsageSums
{
    private readonly Dictionary<UsageKey, Sum> sums = [];
    private UsageKey lastKey;
    private Sum? last;

    /// <summary>Keys counted.</summary>
    public int Count => sums.Count;

    /// <summary>All of it.</summary>
    public IEnumerable<UsageRow> Rows => sums.Select(static s => new UsageRow(s.Key, s.Value.Messages, s.Value.Segments, s.Value.Cost, s.Value.Received));

    /// <summary>Counts <paramref name="entry"/>, if it counts: each is one segment, and the message where it is the last.</summary>
    public void Add(in JournalEntry entry)
    {
        if (!UsageKey.Counts(entry))
        {
            return;
        }

        Add(new UsageRow(UsageKey.Of(entry), entry.Kind == EntryKind.Status ? 1 : 0, 1, entry.Price));
    }

    /// <summary>Counts an accepted message, if an end user sent it to a tenant.</summary>
    public void Add(in AcceptedMessage accepted)
    {
        if (accepted is { Direction: MessageDirection.Inbound, IsPart: false, Tenant: not 0 })
        {
            Add(new UsageRow(new UsageKey(UsageKey.DayOf(accepted.AcceptedAtMs), accepted.Tenant, accepted.Channel, accepted.Provider), 0, 0, 0, 1));
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(in UsageRow row)
    {
        if (last is null || row.Key != lastKey)
        {
            if (!sums.TryGetValue(row.Key, out last))
            {
                sums.Add(row.Key, last = new Sum());
            }

            lastKey = row.Key;
        }

        last.Messages += row.Messages;
        last.Segments += row.Segments;
        last.Cost += row.Cost;
        last.Received += row.Received;
    }

    private sealed class Sum
    {
        public long Messages;
        public long Segments;
        public long Cost;
        public long Received;
    }
}
