using Router.Engine.Audit;
using Router.Storage.Sqlite;

namespace Router.Storage.Audit;

/// <summary>The table <c>audit</c>, written by the writer's thread. Triggers refuse every change of a row that stands.</summary>
internal sealed class AuditTable(Database database) : IDisposable
{
    private readonly Statement insert = database.Prepare(
        "INSERT INTO audit(at, actor, role, action, tenant, tenant_name, object, source, result) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

    public void Add(AuditEntry entry) => insert
        .Bind(1, entry.AtMs).Bind(2, entry.Actor).Bind(3, (long)entry.Role).Bind(4, entry.Action).Bind(5, entry.Tenant)
        .Bind(6, entry.TenantName).Bind(7, entry.Object).Bind(8, entry.From).Bind(9, (long)entry.Result).Run();

    /// <inheritdoc/>
    public void Dispose() => insert.Dispose();
}
