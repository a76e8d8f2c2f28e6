using Router.Core.Tenants;
using Router.Engine.Audit;

namespace Router.Testing;

/// <summary>What every <see cref="IAuditLog"/> must do. Derive a sealed class from it in the tests of an implementation.</summary>
public abstract class AuditLogContract : IAsyncDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Opens a log over an empty storage.</summary>
    protected abstract ValueTask<IAuditLog> CreateAsync();

    /// <summary>Ends the log as a crash would and opens another over the same storage.</summary>
    protected abstract ValueTask<IAuditLog> ReopenAsync();

    /// <summary>Ends what was opened.</summary>
    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task What_was_appended_is_read_as_it_was_and_survives_a_crash()
    {
        IAuditLog log = await CreateAsync();
        Assert.Empty((await log.ListAsync(new AuditQuery(), Stop)).Items);
        AuditEntry one = Entry(1) with { Object = "ключ/'; DROP TABLE audit; --", Result = AuditResult.Unknown, TenantName = "" };
        await log.AppendAsync(one);
        await log.AppendAsync(Entry(2));

        log = await ReopenAsync();
        await log.AppendAsync(Entry(3));
        AuditPage page = await log.ListAsync(new AuditQuery(), Stop);

        Assert.Equal([Entry(3), Entry(2), one], page.Items);
        Assert.Equal(0, page.NextBefore);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_also_while_more_is_appended()
    {
        IAuditLog log = await CreateAsync();
        for (int i = 1; i <= 7; i++)
        {
            await log.AppendAsync(Entry(i));
        }

        List<long> seen = [];
        long before = 0;
        do
        {
            AuditPage page = await log.ListAsync(new AuditQuery { Limit = 3, Before = before }, Stop);
            seen.AddRange(page.Items.Select(static e => e.AtMs));
            before = page.NextBefore;
            await log.AppendAsync(Entry(100));
        }
        while (before != 0);

        Assert.Equal([7, 6, 5, 4, 3, 2, 1], seen);
    }

    [Fact]
    public async Task Filters_choose_by_tenant_name_caller_action_and_time()
    {
        IAuditLog log = await CreateAsync();
        AuditEntry[] entries =
        [
            Entry(1), Entry(2) with { Tenant = 2 }, Entry(3) with { TenantName = "other" }, Entry(4) with { Actor = "b" }, Entry(5) with { Action = "routes.put" }, Entry(6) with { Tenant = 0 },
        ];
        foreach (AuditEntry entry in entries)
        {
            await log.AppendAsync(entry);
        }

        await IsAsync(log, new AuditQuery { Tenant = 2 }, 2);
        await IsAsync(log, new AuditQuery { Tenant = 0 }, 6);
        await IsAsync(log, new AuditQuery { Tenant = 9 });
        await IsAsync(log, new AuditQuery { TenantName = "other" }, 3);
        await IsAsync(log, new AuditQuery { Actor = "b" }, 4);
        await IsAsync(log, new AuditQuery { Action = "routes.put" }, 5);
        await IsAsync(log, new AuditQuery { FromMs = 2, ToMs = 4 }, 3, 2);
        await IsAsync(log, new AuditQuery { Tenant = 1, Limit = 2, FromMs = 2 }, 5, 4);
    }

    [Fact]
    public async Task Many_append_at_once_and_each_entry_stands_once()
    {
        IAuditLog log = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(1, 100).Select(i => Task.Run(() => log.AppendAsync(Entry(i)))));

        AuditPage page = await log.ListAsync(new AuditQuery { Limit = 200 }, Stop);

        Assert.Equal(Enumerable.Range(1, 100).Select(static i => (long)i), page.Items.Select(static e => e.AtMs).Order());
    }

    private static async Task IsAsync(IAuditLog log, AuditQuery query, params long[] at) =>
        Assert.Equal(at, (await log.ListAsync(query, Stop)).Items.Select(static e => e.AtMs));

    private static AuditEntry Entry(long atMs) => new()
    {
        AtMs = atMs,
        Actor = "a",
        Role = Role.Admin,
        Action = "tenants.put",
        Tenant = 1,
        TenantName = "acme",
        Object = "o",
        From = "::1",
        Result = AuditResult.Done,
    };
}
