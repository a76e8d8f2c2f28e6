using System.Globalization;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>
/// The files <c>lookup-YYYYMMDD.db</c>: what people look up later, one run a swept generation, a file a day so that a day is dropped by its file. A run's entries lie sorted
/// in blocks of about 4 KB, each kind for itself; <c>fence</c> names the first key of each block.
/// </summary>
/// <remarks>Blocks, because a row an entry costs about 1 µs and a b-tree's slack; a block of 80 entries costs the same once.</remarks>
internal static class LookupFile
{
    /// <summary>Bytes of a page: two blocks.</summary>
    public const int PageSize = 8192;

    /// <summary>Bytes after which a block is closed: two blocks and their headers fill a page.</summary>
    public const int BlockBytes = 4000;

    private const string Prefix = "lookup-";
    private const string Suffix = ".db";

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS run(n INTEGER PRIMARY KEY, after_commit INTEGER NOT NULL, last_commit INTEGER NOT NULL, last_at INTEGER NOT NULL,
            key_min INTEGER NOT NULL, key_max INTEGER NOT NULL, statuses INTEGER NOT NULL, messages INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS fence(run INTEGER, kind INTEGER, first BLOB, block INTEGER NOT NULL, PRIMARY KEY(run, kind, first)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS block(n INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS filter(run INTEGER, kind INTEGER, data BLOB NOT NULL, PRIMARY KEY(run, kind));
        """;

    /// <summary>The file of the day of <paramref name="atMs"/>, UTC.</summary>
    public static string PathOf(string folder, long atMs)
    {
        string day = DateTimeOffset.FromUnixTimeMilliseconds(atMs).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        return Path.Combine(folder, Prefix + day + Suffix);
    }

    /// <summary>All files, the oldest day first.</summary>
    public static IEnumerable<string> All(string folder) =>
        Directory.EnumerateFiles(folder, Prefix + "*" + Suffix).Order(StringComparer.Ordinal);

    /// <summary>Opens a file to write runs; makes it when it is not there.</summary>
    public static Database OpenWriter(string path)
    {
        Database database = Database.OpenWriter(path, PageSize, cacheKiB: 8192);
        database.Execute(Tables);
        return database;
    }
}
