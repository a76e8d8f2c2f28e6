using Router.Engine.Usage;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>
/// The file <c>usage.db</c>: what tenants have used, a row a day, tenant, channel and provider, added to with each sweep of a generation. A file of its own, because it is kept for ten years, through
/// erasures and deletions of tenants: it holds no person (DESIGN §8, billing). The sweeper's thread.
/// </summary>
internal sealed class UsageFile : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "usage.db";

    // Ten years and their leap days (R3.6).
    private const int DaysKept = 3_653;

    // A clock once years ahead must not delete what nothing makes again: the edge follows it by so many days on each of its days, two so that what a pause left is caught up. It never goes back with a
    // clock years behind: it would come forward again as slowly, and years more than ten be kept.
    private const int DaysForgottenMax = 2;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS usage(day INTEGER, tenant INTEGER, channel INTEGER, provider INTEGER, messages INTEGER NOT NULL, segments INTEGER NOT NULL, cost INTEGER NOT NULL,
            received INTEGER NOT NULL, PRIMARY KEY(day, tenant, channel, provider)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS spent(tenant INTEGER PRIMARY KEY, cost INTEGER NOT NULL);
        """;

    private readonly Database database;
    private readonly Statement add;
    private readonly Statement spend;
    private readonly Statement forget;
    private readonly Statement setMeta;

    // Days before it are forgotten; 0: not known yet. Last moved on the day beside it.
    private long edge;
    private long edgeMovedOn;

    /// <summary>Opens or makes the file.</summary>
    public UsageFile(string path)
    {
        database = Database.OpenWriter(path, pageSize: 4096, cacheKiB: 1024);
        database.Execute(Tables);
        add = database.Prepare("""
            INSERT INTO usage(day, tenant, channel, provider, messages, segments, cost, received) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, segments = segments + excluded.segments, cost = cost + excluded.cost,
                received = received + excluded.received
            """);
        spend = database.Prepare("INSERT INTO spent(tenant, cost) VALUES(?1, ?2) ON CONFLICT(tenant) DO UPDATE SET cost = cost + excluded.cost");
        forget = database.Prepare("DELETE FROM usage WHERE day < ?1");
        setMeta = database.Prepare("INSERT INTO meta(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value");
        LastCommit = Schema.ReadMeta(database, "last_commit");
        edge = Schema.ReadMeta(database, "edge");
        edgeMovedOn = Schema.ReadMeta(database, "edge_moved_on");
        if (edge == 0)
        {
            // Written before it was kept: nothing lies before the first day.
            using Statement first = database.Prepare("SELECT coalesce(min(day), 0) FROM usage");
            edge = first.Step() ? first.Long(0) : 0;
        }
    }

    /// <summary>The file.</summary>
    public string Path => database.Path;

    /// <summary>All commits up to this one are in it.</summary>
    public long LastCommit { get; private set; }

    /// <summary>Adds what a closed generation counted, in one transaction, unless it is in it already.</summary>
    /// <exception cref="SqliteFault">Nothing was written.</exception>
    public void Write(UsageSums usage, long lastCommit, long lastAtMs)
    {
        if (lastCommit <= LastCommit)
        {
            return;
        }

        long today = UsageKey.DayOf(lastAtMs);
        long due = today - DaysKept;
        long moved = edge == 0 ? due : today == edgeMovedOn ? edge : Math.Max(edge, Math.Min(due, edge + DaysForgottenMax));
        long movedOn = moved == edge ? edgeMovedOn : today;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (UsageRow row in usage.Rows)
            {
                add.Bind(1, row.Key.Day).Bind(2, row.Key.Tenant).Bind(3, (long)row.Key.Channel).Bind(4, row.Key.Provider).Bind(5, row.Messages).Bind(6, row.Segments).Bind(7, row.Cost)
                    .Bind(8, row.Received).Run();
                if (row.Cost != 0)
                {
                    spend.Bind(1, row.Key.Tenant).Bind(2, row.Cost).Run();
                }
            }

            forget.Bind(1, Math.Min(moved, due)).Run(); // the edge may lie too far ahead, since a clock did
            setMeta.Bind(1, "edge").Bind(2, moved).Run();
            setMeta.Bind(1, "edge_moved_on").Bind(2, movedOn).Run();
            setMeta.Bind(1, "last_commit").Bind(2, lastCommit).Run();
            database.Execute("COMMIT");
        }
        catch (SqliteFault)
        {
            if (!database.IsAutocommit)
            {
                database.Execute("ROLLBACK");
            }

            throw;
        }

        (LastCommit, edge, edgeMovedOn) = (lastCommit, moved, movedOn);
        database.Checkpoint(truncate: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        add.Dispose();
        spend.Dispose();
        forget.Dispose();
        setMeta.Dispose();
        database.Dispose();
    }
}
