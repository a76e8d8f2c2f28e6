namespace Router.Grains.Tenants;

/// <summary>
/// Port: what a part of Router keeps of a tenant beyond its settings, and destroys when the tenant is deleted. Whoever keeps something of tenants registers one; billing and the audit log do
/// not, they outlive tenants (DESIGN §8). Who adds one to what an earlier version had counts <see cref="TenantEnder.RemainsKind"/> up.
/// </summary>
public interface ITenantRemains
{
    /// <summary>
    /// Destroys it for good; ended when that is on stable storage. Nobody calls as the tenant any more and nothing of it waits. Asked again after a crash: destroying what is gone is no fault. Thrown
    /// at, the deletion tries again. Asked once more of tenants that a version without it deleted, whose <paramref name="name"/> nobody knows: it is empty then.
    /// </summary>
    Task DestroyAsync(int tenant, string name);
}
