using Router.Grains.Tenants;
using Router.Storage.Sqlite;

namespace Router.Storage.Sealing;

/// <summary>
/// The tenant's keys: with them gone, no record of the tenant opens and no hash of it is made again. Its contacts' salts stay where they are: a salt without the tenant's key is a random number
/// (DESIGN §8), and finding the tenant's among all would mean to read every message row.
/// </summary>
internal sealed class TenantKeyRemains(SqliteStore store) : ITenantRemains
{
    /// <inheritdoc/>
    public Task DestroyAsync(int tenant, string name) => Task.Run(() => store.DestroyTenantKey(tenant));
}
