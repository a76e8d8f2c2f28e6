using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>Many shards write without a pause, so that memory follows one commit while the next is written: what holds for one shard alone must hold then too.</summary>
public sealed class BusyJournalTests : IAsyncDisposable
{
    private const int Writers = 24;
    private const int PartMessages = 20;

    private readonly DataFolder folder = new() { With = static o => o with { GenerationMessages = 1000, WalBytesMax = 1024 * 1024 } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task What_was_answered_is_found_with_its_history()
    {
        SqliteStore store = folder.Open();

        await RunAsync(store, parts: 40, async part =>
        {
            AcceptedMessage last = part.Accepted[PartMessages - 1];
            StoredMessage? found = await store.Journal.FindMessageAsync(1, last.Id, Stop);
            Assert.Equal([MessageStatus.Accepted], found!.Events.Select(static e => e.Status));
        });
    }

    [Fact]
    public async Task Whoever_takes_a_shard_finds_all_that_was_kept_before()
    {
        SqliteStore store = folder.Open();
        Task busy = RunAsync(store, parts: 12, static _ => Task.CompletedTask);
        List<MessageId> kept = [];
        while (!busy.IsCompleted)
        {
            JournalDriver driver = await JournalDriver.TakeAsync(store, shard: 63);
            Assert.Equal(kept, driver.Taken.Unfinished.Select(static u => u.Accepted.Id));
            MessageId id = driver.Accept().Id;
            Task<JournalPart> part = driver.CommitAsync();

            // The next epoch is asked for before the part's fate is known.
            ValueTask<IReadOnlyList<TakenShard>> next = store.Journal.TakeAsync([63], Stop);
            if ((await part).Outcome == PartOutcome.Kept)
            {
                kept.Add(id);
            }

            Assert.Equal(kept, (await next)[0].Unfinished.Select(static u => u.Accepted.Id));
        }

        await busy;
    }

    [Fact]
    public async Task Keys_are_repeats_over_generations_that_closed_meanwhile()
    {
        SqliteStore store = folder.Open();
        List<AcceptedMessage> all = [];
        await RunAsync(store, parts: 20, part =>
        {
            lock (all)
            {
                all.AddRange(part.Accepted.Span.ToArray());
            }

            return Task.CompletedTask;
        });

        JournalDriver driver = await JournalDriver.TakeAsync(store, shard: 62);
        foreach (AcceptedMessage first in all)
        {
            driver.Accept(with: m => m with { HasIdempotencyKey = true, IdempotencyKey = first.IdempotencyKey, BodyHash = first.BodyHash, AcceptedAtMs = first.AcceptedAtMs });
        }

        JournalPart again = await driver.CommitAsync();
        Assert.Equal(all.Select(static m => m.Id), again.Accepted.Span.ToArray().Select(static m => m.FirstId));
    }

    // Under a writer that never rests no copy was whole, and the WAL grew to the size of all that was written.
    [Fact]
    public async Task The_wal_begins_anew_under_a_writer_that_never_rests()
    {
        SqliteStore store = folder.Open();

        await RunAsync(store, parts: 120, static _ => Task.CompletedTask);

        long journal = new FileInfo(Path.Combine(folder.Path, "journal.db")).Length;
        long wal = new FileInfo(Path.Combine(folder.Path, "journal.db-wal")).Length;
        Assert.True(journal > 12_000_000, $"only {journal} bytes were written");
        Assert.True(wal < 4 * 1024 * 1024, $"the WAL has {wal} bytes");
    }

    // Each writer has a shard of its own and a part under way; each message a contact and an idempotency key of its own.
    private static async Task RunAsync(SqliteStore store, int parts, Func<JournalPart, Task> kept)
    {
        IReadOnlyList<JournalDriver> drivers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => JournalDriver.TakeAsync(store, n)));
        await Task.WhenAll(drivers.Select((driver, n) => Task.Run(() => WriteAsync(driver, n, parts, kept), Stop)));
    }

    private static async Task WriteAsync(JournalDriver driver, int writer, int parts, Func<JournalPart, Task> kept)
    {
        for (int i = 0; i < parts; i++)
        {
            for (int m = 0; m < PartMessages; m++)
            {
                int key = (((writer * parts) + i) * PartMessages) + m;
                driver.Accept(with: a => a.WithKey((ulong)key));
            }

            JournalPart part = await driver.CommitAsync();
            Assert.Equal(PartOutcome.Kept, part.Outcome);
            await kept(part);
        }
    }
}
