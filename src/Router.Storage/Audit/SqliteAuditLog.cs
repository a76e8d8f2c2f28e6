using Router.Core.Tenants;
using Router.Engine.Audit;
using Router.Storage.Sqlite;

namespace Router.Storage.Audit;

/// <summary>The log of changes on the journal's writer: an entry is part of the next group commit. Read over a connection of its own.</summary>
internal sealed class SqliteAuditLog : IAuditLog, IDisposable
{
    // Rows looked at for a page: some 20 ms of reading, so that a filter that fits nothing holds up nobody.
    private const long RowsPerPage = 50_000;

    private readonly SqliteWriter writer;
    private readonly Database reading;
    private readonly AuditTable table;
    private readonly Statement last;
    private readonly Statement all;
    private readonly Statement ofTenant;

    // Who waits for his turn holds no thread: a hundred readers of a long log would else hold the whole pool.
    private readonly SemaphoreSlim turn = new(1);

    public SqliteAuditLog(Database database, SqliteWriter writer, Database reading)
    {
        const string Columns = "SELECT seq, at, actor, role, action, tenant, tenant_name, object, source, result FROM audit WHERE seq < ?1 AND seq >= ?2";
        this.writer = writer;
        this.reading = reading;
        table = new AuditTable(database);
        last = reading.Prepare("SELECT coalesce(max(seq), 0) FROM audit");
        all = reading.Prepare($"{Columns} ORDER BY seq DESC");
        ofTenant = reading.Prepare($"{Columns} AND tenant = ?3 ORDER BY seq DESC");
    }

    /// <inheritdoc/>
    public Task AppendAsync(AuditEntry entry)
    {
        AuditAppend append = new(table, entry);
        return writer.TryAdd(append) ? append.Done : Task.FromException(new StorageException("the store is closed: Router is stopping"));
    }

    /// <inheritdoc/>
    public async ValueTask<AuditPage> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200, nameof(query));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(query), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        table.Dispose();
        last.Dispose();
        all.Dispose();
        ofTenant.Dispose();
        reading.Dispose();
        turn.Dispose();
    }

    private AuditPage Read(AuditQuery query)
    {
        Statement select = query.Tenant is null ? all : ofTenant;
        try
        {
            long before = query.Before == 0 ? Last() + 1 : query.Before;
            long from = Math.Max(1, before - RowsPerPage);
            select.Bind(1, before).Bind(2, from);
            if (query.Tenant is { } tenant)
            {
                select.Bind(3, tenant);
            }

            List<AuditEntry> items = [];
            while (select.Step())
            {
                AuditEntry entry = ReadRow(select);
                if (query.Matches(entry))
                {
                    items.Add(entry);
                    if (items.Count == query.Limit)
                    {
                        long seq = select.Long(0);
                        return new AuditPage(items, seq > 1 ? seq : 0);
                    }
                }
            }

            return new AuditPage(items, from > 1 ? from : 0);
        }
        catch (SqliteFault fault)
        {
            throw fault.ToStorage(reading.Path);
        }
        finally
        {
            select.Reset();
        }
    }

    private long Last()
    {
        long seq = last.Step() ? last.Long(0) : 0;
        last.Reset();
        return seq;
    }

    private static AuditEntry ReadRow(Statement row) => new()
    {
        AtMs = row.Long(1),
        Actor = row.Text(2),
        Role = (Role)row.Long(3),
        Action = row.Text(4),
        Tenant = (int)row.Long(5),
        TenantName = row.Text(6),
        Object = row.Text(7),
        From = row.Text(8),
        Result = (AuditResult)row.Long(9),
    };
}
