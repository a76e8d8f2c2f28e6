using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>The log is read the same from memory, from the table and across the two.</summary>
public sealed class EventLogTests : IAsyncDisposable
{
    private readonly DataFolder folder = new();

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task Pages_of_any_size_show_every_event_once_in_commit_order()
    {
        // About 45 B an event: 6,000 events are four times what the cache of 64 KiB holds.
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        List<(int Tenant, MessageId Id)> written = [];
        for (int i = 0; i < 6000; i++)
        {
            int tenant = 1 + (i % 3);
            written.Add((tenant, driver.Accept(tenant: tenant).Id));
            if (i % 60 == 59)
            {
                await driver.KeepAsync();
            }
        }

        for (int round = 0; round < 2; round++)
        {
            foreach (int tenant in new[] { 0, 1, 2, 3, 4 })
            {
                foreach (int max in new[] { 7, 60, 100_000 })
                {
                    MessageId[] read = [.. ReadAll(store.Journal.Events, tenant, max).Select(static e => e.Entry.Message)];
                    MessageId[] expected = [.. written.Where(w => tenant == 0 || w.Tenant == tenant).Select(static w => w.Id)];
                    Assert.Equal(expected.Order(), read.Order());
                    if (tenant != 0)
                    {
                        Assert.Equal(expected, read);
                    }
                }
            }

            store = await folder.CrashAsync();
        }
    }

    [Fact]
    public async Task A_commit_larger_than_the_cache_is_read_from_the_table()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        for (int i = 0; i < 3000; i++)
        {
            driver.Accept();
        }

        await driver.KeepAsync();
        MessageId last = driver.Accept().Id;
        await driver.KeepAsync();

        LogEvent[] read = ReadAll(store.Journal.Events, 1, 999);
        Assert.Equal(3001, read.Length);
        Assert.Equal(last, read[^1].Entry.Message);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_commit_and_not_before()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        Task waiting = store.Journal.Events.WaitAsync(store.Journal.Events.End, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        driver.Accept();
        await driver.KeepAsync();
        await waiting.WaitAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource stop = new();
        waiting = store.Journal.Events.WaitAsync(store.Journal.Events.End, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_time_is_found_in_memory_and_in_the_table_before_everything_kept_since()
    {
        // 300 commits of 20 events: four times what the cache of 64 KiB holds.
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        const int Commits = 300;
        for (int i = 0; i < Commits; i++)
        {
            folder.Time.Advance(TimeSpan.FromMilliseconds(10));
            for (int n = 0; n < 20; n++)
            {
                driver.Accept();
            }

            await driver.KeepAsync();
        }

        IEventLog log = store.Journal.Events;
        foreach (int from in new[] { 0, 1, 2, 150, 298, 299, 300, 301 })
        {
            var events = new StructList<LogEvent>(16);
            LogPosition found = log.FindTime(Some.NowMs + (10 * from));
            while (found < log.End)
            {
                found = log.Read(0, found, events, 100_000);
            }

            Assert.Equal(20 * Math.Min(Commits - from + 1, Commits), events.Count);
        }
    }

    private static LogEvent[] ReadAll(IEventLog log, int tenant, int max)
    {
        StructList<LogEvent> events = new(16);
        LogPosition at = log.Begin;
        while (at < log.End)
        {
            int before = events.Count;
            LogPosition looked = log.Read(tenant, at, events, max);
            Assert.True(events.Count - before <= max);
            Assert.True(looked > at);
            at = looked;
        }

        return events.Span.ToArray();
    }
}
