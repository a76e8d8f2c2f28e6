using Router.Engine.Usage;
using Router.Storage.Lookups;

namespace Router.Storage.Sqlite;

/// <summary>What tenants have used.</summary>
internal sealed partial class SqliteJournal : IUsage
{
    /// <inheritdoc/>
    public IUsage Usage => this;

    /// <inheritdoc/>
    /// <exception cref="StorageException">Not read.</exception>
    public IReadOnlyDictionary<int, long> ReadSpent()
    {
        try
        {
            return UsageReader.ReadSpent(memory, usagePath);
        }
        catch (SqliteFault fault)
        {
            throw fault.ToStorage(usagePath);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, int tenant, int max, CancellationToken cancellationToken) =>
        await Ask(_ => UsageReader.Read(memory, usagePath, UsageKey.DayOf(from), UsageKey.DayOf(to), tenant, max), cancellationToken).ConfigureAwait(false);
}
