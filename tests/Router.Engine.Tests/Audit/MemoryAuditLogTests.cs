using Router.Engine.Audit;
using Router.Testing;

namespace Router.Engine.Tests.Audit;

/// <summary>The contract over the log in memory, which other tests stand on.</summary>
public sealed class MemoryAuditLogTests : AuditLogContract
{
    private readonly MemoryAuditLog log = new();

    protected override ValueTask<IAuditLog> CreateAsync() => ValueTask.FromResult<IAuditLog>(log);

    protected override ValueTask<IAuditLog> ReopenAsync() => CreateAsync();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
