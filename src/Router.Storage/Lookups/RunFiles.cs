using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>Finds the runs at start.</summary>
internal static class RunFiles
{
    /// <summary>All runs of a folder, the oldest first, with the filters of the newest ones up to <paramref name="filterBytesMax"/>.</summary>
    /// <exception cref="StorageException">A file is damaged or missing between two others.</exception>
    public static List<Run> Load(string folder, long filterBytesMax)
    {
        List<Run> runs = [];
        foreach (string path in LookupFile.All(folder))
        {
            Guard(path, () => LoadRuns(path, runs));
        }

        runs.Sort(static (a, b) => a.AfterCommit.CompareTo(b.AfterCommit));
        for (int i = 1; i < runs.Count; i++)
        {
            if (runs[i].AfterCommit != runs[i - 1].LastCommit)
            {
                throw new StorageException(
                    $"a look-up file between '{runs[i - 1].Path}' and '{runs[i].Path}' is missing: restore it from the backup, or delete '{runs[i].Path}' and all newer ones, which are made again from the log");
            }
        }

        LoadFilters(runs, filterBytesMax);
        return runs;
    }

    private static void LoadRuns(string path, List<Run> runs)
    {
        using Database database = LookupFile.OpenWriter(path);
        using Statement read = database.Prepare("SELECT n, after_commit, last_commit, last_at, key_min, key_max, statuses, messages FROM run ORDER BY n");
        while (read.Step())
        {
            runs.Add(new Run
            {
                Path = path,
                Number = read.Long(0),
                AfterCommit = read.Long(1),
                LastCommit = read.Long(2),
                LastAtMs = read.Long(3),
                KeyMin = read.Long(4),
                KeyMax = read.Long(5),
                Statuses = (int)read.Long(6),
                Messages = read.Long(7),
            });
        }
    }

    private static void LoadFilters(List<Run> runs, long filterBytesMax)
    {
        long bytes = 0;
        for (int i = runs.Count - 1; i >= 0 && bytes < filterBytesMax; i--)
        {
            Run run = runs[i];
            Guard(run.Path, () => LoadFilters(run));
            bytes += run.FilterBytes;
        }
    }

    private static void LoadFilters(Run run)
    {
        using Database database = Database.OpenReader(run.Path, cacheKiB: 1024);
        using Statement read = database.Prepare("SELECT kind, data FROM filter WHERE run = ?1");
        read.Bind(1, run.Number);
        while (read.Step())
        {
            BloomFilter filter = BloomFilter.Load(read.Blob(1));
            switch ((RunKind)read.Long(0))
            {
                case RunKind.History:
                    run.Histories = filter;
                    break;
                case RunKind.Receipt:
                    run.Receipts = filter;
                    break;
                case RunKind.Idempotency:
                    run.IdempotencyKeys = filter;
                    break;
                case RunKind.Departures:
                    run.Departures = filter;
                    break;
                case RunKind.List:
                case RunKind.Unfinished:
                case RunKind.Unmatched:
                default:
                    throw new FormatException("a filter of an unknown kind");
            }
        }
    }

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (SqliteFault fault)
        {
            throw fault.ToStorage(path);
        }
        catch (FormatException damaged)
        {
            throw new StorageException($"'{path}' is damaged: restore it from the backup, or delete it and all newer look-up files, which are made again from the log", damaged);
        }
    }
}
