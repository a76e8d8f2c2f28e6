using Router.Core.Tenants;
using Router.Engine.Audit;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Audit;

/// <summary>The contract of every audit log over SQLite, and what is SQLite's own.</summary>
public sealed class SqliteAuditLogTests : AuditLogContract
{
    private static readonly AuditEntry One = new()
    {
        AtMs = 1, Actor = "a", Role = Role.Owner, Action = "keys.post", Tenant = 1, TenantName = "acme", Object = "", From = "::1", Result = AuditResult.Done,
    };

    private readonly DataFolder folder = new();

    protected override ValueTask<IAuditLog> CreateAsync() => ValueTask.FromResult(folder.Open().Audit);

    protected override async ValueTask<IAuditLog> ReopenAsync() => (await folder.CrashAsync()).Audit;

    public override ValueTask DisposeAsync() => folder.DisposeAsync();

    [Theory]
    [InlineData("UPDATE audit SET actor = 'b'")]
    [InlineData("DELETE FROM audit")]
    public async Task An_entry_that_stands_is_neither_changed_nor_deleted(string sql)
    {
        await folder.Open().Audit.AppendAsync(One);
        await folder.CloseAsync();
        using (Database database = Database.OpenWriter(Path.Combine(folder.Path, "journal.db"), 4096, 1024))
        {
            Assert.Throws<SqliteFault>(() => database.Execute(sql));
        }

        Assert.Equal([One], (await folder.Open().Audit.ListAsync(new AuditQuery(), TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task An_entry_whose_commit_fails_is_not_told_as_kept()
    {
        SqliteStore store = folder.Open();
        store.FailNextCommit(10); // SQLITE_IOERR

        await Assert.ThrowsAnyAsync<JournalUnavailableException>(() => store.Audit.AppendAsync(One));
    }

    [Fact]
    public async Task Readers_that_wait_for_their_turn_hold_no_thread()
    {
        const int Readers = 200;
        IAuditLog log = folder.Open().Audit;
        await Task.WhenAll(Enumerable.Range(0, 5_000).Select(_ => log.AppendAsync(One)));
        var pages = new Task[Readers];
        var readBefore = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);

        // Off the pool, so that its queue is served in this order: whoever held a thread while he waits would have come before.
        var thread = new Thread(() =>
        {
            for (int i = 0; i < Readers; i++)
            {
                pages[i] = log.ListAsync(new AuditQuery { Actor = "nobody" }, CancellationToken.None).AsTask();
            }

            ThreadPool.UnsafeQueueUserWorkItem(_ => readBefore.SetResult(pages.Count(static p => p.IsCompleted)), null);
        });
        thread.Start();

        Assert.InRange(await readBefore.Task, 0, Readers / 2);
        await Task.WhenAll(pages);
    }

    [Fact]
    public async Task A_closed_store_keeps_nothing()
    {
        IAuditLog log = folder.Open().Audit;
        await folder.CloseAsync();

        await Assert.ThrowsAnyAsync<JournalUnavailableException>(() => log.AppendAsync(One));
    }
}
