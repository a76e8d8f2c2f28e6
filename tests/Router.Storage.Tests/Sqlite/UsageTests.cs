using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Usage;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>Usage over sweeps, crashes between them and lost files: every segment counts once.</summary>
public sealed class UsageTests : IAsyncDisposable
{
    private readonly DataFolder folder = new() { With = static o => o with { GenerationMessages = 1000, ContactsMax = 100_000 } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_segment_counts_once_whatever_is_swept_and_lost(int seed)
    {
        Random random = new(seed);
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        long sent = 0;
        for (int round = 0; round < 60; round++)
        {
            for (int i = 0; i < 100; i++)
            {
                JournalEntry entry = Some.Status(driver.Accept(), MessageStatus.Sent, provider: 1);
                entry.Channel = Channel.Sms;
                entry.Price = 7;
                driver.Part.Entries.Add(entry);
                sent++;
            }

            await driver.KeepAsync();
            switch (random.Next(8))
            {
                case 0:
                    store = await folder.CrashAsync();
                    driver = await JournalDriver.TakeAsync(store);
                    break;
                case 1:
                    await store.SweepAsync();
                    break;
                case 2:
                    // The sweep of a generation that had written its usage and not its run.
                    await store.SweepAsync();
                    await folder.CloseAsync();
                    Array.ForEach(Directory.GetFiles(folder.Path, "lookup-*"), File.Delete);
                    store = folder.Open();
                    driver = await JournalDriver.TakeAsync(store);
                    break;
                case 3:
                    await folder.CloseAsync();
                    Array.ForEach(Directory.GetFiles(folder.Path, "usage.db*"), File.Delete);
                    store = folder.Open();
                    driver = await JournalDriver.TakeAsync(store);
                    break;
                default:
                    break;
            }

            UsageRow row = Assert.Single(await ReadAsync(store));
            Assert.Equal((sent, sent, sent * 7), (row.Messages, row.Segments, row.Cost));
            Assert.Equal(sent * 7, Assert.Single(store.Journal.Usage.ReadSpent()).Value);
        }
    }

    [Fact]
    public async Task A_reader_beside_the_sweeper_sees_each_segment_once()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        using var done = new CancellationTokenSource();
        long kept = 0;
        Task reading = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                long before = Interlocked.Read(ref kept);
                long seen = (await ReadAsync(store)).Sum(static r => r.Segments);
                long after = Interlocked.Read(ref kept) + 200;
                Assert.InRange(seen, before, after);
            }
        }, Stop);
        for (int round = 0; round < 100; round++)
        {
            for (int i = 0; i < 200; i++)
            {
                JournalEntry entry = Some.Status(driver.Accept(), MessageStatus.Sent, provider: 1);
                entry.Channel = Channel.Sms;
                driver.Part.Entries.Add(entry);
            }

            await driver.KeepAsync();
            Interlocked.Add(ref kept, 200);
        }

        await done.CancelAsync();
        await reading;
        Assert.Equal(20_000, (await ReadAsync(store)).Sum(static r => r.Segments));
    }

    [Fact]
    public async Task A_clock_years_ahead_deletes_nothing()
    {
        SqliteStore store = folder.Open();
        foreach (int years in new[] { 0, 20 })
        {
            folder.Time.Advance(TimeSpan.FromDays(365.25 * years));
            JournalDriver driver = await JournalDriver.TakeAsync(store);
            JournalEntry entry = Some.Status(driver.Accept(), MessageStatus.Sent, provider: 1, atMs: folder.Time.GetUtcNow().ToUnixTimeMilliseconds());
            entry.Channel = Channel.Sms;
            entry.Price = 1;
            driver.Part.Entries.Add(entry);
            await driver.KeepAsync();
            await store.SweepAsync();
        }

        IReadOnlyList<UsageRow> rows = await store.Journal.Usage.ReadAsync(new DateOnly(2020, 1, 1), new DateOnly(2050, 1, 1), 0, 10, Stop);
        Assert.Equal([2026, 2046], rows.Select(static r => r.Key.Date.Year));
        Assert.Equal(2, Assert.Single(store.Journal.Usage.ReadSpent()).Value);
    }

    private static ValueTask<IReadOnlyList<UsageRow>> ReadAsync(SqliteStore store) => store.Journal.Usage.ReadAsync(new DateOnly(2026, 1, 1), new DateOnly(2027, 1, 1), 0, 100, Stop);
}
