using Router.Core.Messages;
using Router.Engine.Usage;
using Router.Storage.Lookups;
using Router.Storage.Sqlite;

namespace Router.Storage.Tests.Lookups;

/// <summary>Ten years are kept, and a wrong clock does not end them.</summary>
public sealed class UsageFileTests : IDisposable
{
    private const int First = 20_000;
    private const int TenYears = 3_653;
    private const int FarAhead = First + (2 * TenYears);

    private readonly string folder = Directory.CreateTempSubdirectory("router-usage-").FullName;
    private long commit;

    private string FilePath => Path.Combine(folder, UsageFile.FileName);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Days_older_than_ten_years_are_forgotten()
    {
        WriteTenDays();
        using UsageFile file = new(FilePath);

        Sweep(file, First + TenYears);
        Assert.Equal(First, Days()[0]);
        Sweep(file, First + TenYears + 1);
        Assert.Equal(First + 1, Days()[0]);
        Sweep(file, First + TenYears + 3); // a day without a sweep
        Assert.Equal(First + 3, Days()[0]);
    }

    // One sweep then deleted all that was older than ten years by the wrong clock: nothing makes it again.
    [Fact]
    public void A_clock_far_ahead_forgets_two_days_a_day()
    {
        WriteTenDays();
        using (UsageFile file = new(FilePath))
        {
            Sweep(file, FarAhead);
            Sweep(file, FarAhead);
        }

        using (UsageFile file = new(FilePath))
        {
            Sweep(file, FarAhead);
            Assert.Equal(First + 2, Days()[0]);
            Sweep(file, FarAhead + 1);
            Assert.Equal(First + 4, Days()[0]);
            Sweep(file, First + 20); // set right for a moment
            Sweep(file, FarAhead + 1);
            Assert.Equal(First + 4, Days()[0]);
        }
    }

    // The edge went back with it, and would have been where it belongs again after decades.
    [Fact]
    public void A_clock_far_behind_does_not_set_the_edge_back()
    {
        WriteTenDays();
        using (UsageFile file = new(FilePath))
        {
            Sweep(file, First + TenYears + 1);
            Sweep(file, day: 0);
        }

        using (UsageFile file = new(FilePath))
        {
            Sweep(file, First + TenYears + 2);
            Assert.Equal(First + 2, Days()[0]);
        }
    }

    // The edge stays where a clock far ahead has moved it, and forgets nothing for that once the clock is right.
    [Fact]
    public void What_is_younger_than_ten_years_stays_wherever_the_edge_is()
    {
        WriteTenDays();
        using UsageFile file = new(FilePath);
        for (int day = 0; day < 10; day++)
        {
            Sweep(file, FarAhead + day);
        }

        Assert.Empty(Days());
        Sweep(file, First + 11, new UsageRow(new UsageKey(First + 11, 1, Channel.Sms, 1), 1, 1, 1, 0));
        Assert.Equal([First + 11], Days());
    }

    // Ten days of usage in a file that has no edge yet, as older versions wrote it: it begins at the first of them.
    private void WriteTenDays()
    {
        using (UsageFile file = new(FilePath))
        {
            for (int day = First; day < First + 10; day++)
            {
                Sweep(file, day, new UsageRow(new UsageKey(day, 1, Channel.Sms, 1), 1, 1, 1, 0));
            }
        }

        using Database database = Database.OpenWriter(FilePath, pageSize: 4096, cacheKiB: 64);
        database.Execute("DELETE FROM meta WHERE name LIKE 'edge%'");
    }

    private void Sweep(UsageFile file, int day, params UsageRow[] rows)
    {
        UsageSums sums = new();
        foreach (UsageRow row in rows)
        {
            sums.Add(row);
        }

        file.Write(sums, ++commit, day * 86_400_000L);
    }

    private List<long> Days()
    {
        using Database database = Database.OpenReader(FilePath, cacheKiB: 64);
        using Statement read = database.Prepare("SELECT day FROM usage ORDER BY day");
        List<long> days = [];
        while (read.Step())
        {
            days.Add(read.Long(0));
        }

        return days;
    }
}
