using Router.Core.Messages;
using Router.Engine.Usage;
using Router.Storage.Memory;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>Reads usage from memory and <see cref="UsageFile"/> together. Made for one answer; any thread.</summary>
internal static class UsageReader
{
    /// <summary>What each tenant has spent, millionths.</summary>
    /// <exception cref="SqliteFault">Not read.</exception>
    public static Dictionary<int, long> ReadSpent(JournalMemory memory, string path)
    {
        // Memory first: what is swept meanwhile is in the file by then, whose last commit says so.
        List<(long After, UsageRow[] Rows)> held = memory.CopyUsage(static _ => true);
        using Database database = Database.OpenReader(path, cacheKiB: 1024);
        var spent = new Dictionary<int, long>();
        database.Execute("BEGIN");
        long lastCommit = Schema.ReadMeta(database, "last_commit");
        using (Statement read = database.Prepare("SELECT tenant, cost FROM spent"))
        {
            while (read.Step())
            {
                spent[(int)read.Long(0)] = read.Long(1);
            }
        }

        foreach (UsageRow row in held.Where(h => h.After >= lastCommit).SelectMany(static h => h.Rows))
        {
            if (row.Cost != 0)
            {
                spent[row.Key.Tenant] = spent.GetValueOrDefault(row.Key.Tenant) + row.Cost;
            }
        }

        return spent;
    }

    /// <summary>See <see cref="IUsage.ReadAsync"/>.</summary>
    /// <exception cref="SqliteFault">Not read.</exception>
    public static List<UsageRow> Read(JournalMemory memory, string path, int fromDay, int toDay, int tenant, int max)
    {
        List<(long After, UsageRow[] Rows)> held = memory.CopyUsage(key => key.Day >= fromDay && key.Day <= toDay && (tenant == 0 || key.Tenant == tenant));
        using Database database = Database.OpenReader(path, cacheKiB: 1024);
        var sums = new UsageSums();
        database.Execute("BEGIN");
        long lastCommit = Schema.ReadMeta(database, "last_commit");
        using (Statement read = database.Prepare("""
            SELECT day, tenant, channel, provider, messages, segments, cost, received FROM usage WHERE day >= ?1 AND day <= ?2 AND (?3 = 0 OR tenant = ?3) ORDER BY day, tenant, channel, provider LIMIT ?4
            """))
        {
            read.Bind(1, fromDay).Bind(2, toDay).Bind(3, tenant).Bind(4, max + 1);
            while (read.Step())
            {
                sums.Add(new UsageRow(new UsageKey((int)read.Long(0), (int)read.Long(1), (Channel)read.Long(2), (int)read.Long(3)), read.Long(4), read.Long(5), read.Long(6), read.Long(7)));
            }
        }

        foreach (UsageRow row in held.Where(h => h.After >= lastCommit).SelectMany(static h => h.Rows))
        {
            sums.Add(row);
        }

        return [.. sums.Rows.OrderBy(static r => r.Key).Take(max + 1)];
    }
}
