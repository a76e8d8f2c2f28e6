using Router.Core.Tenants;
using Router.Grains.Providers;
using Router.Grains.Tenants;

namespace Router.Grains.Catalog;

/// <summary>
/// The one list of what is configured (key 0): names and numbers, routes, the version. It holds the newest snapshot and sees to it that every live silo has it.
/// A number is given once and never again, whatever becomes of its name.
/// </summary>
internal interface ICatalogGrain : IGrainWithIntegerKey
{
    /// <summary>The number of a tenant's name, 1 and up; given now if it is new.</summary>
    Task<int> NumberTenantAsync(string name);

    /// <summary>The number of a provider's name, 1 and up; given now if it is new.</summary>
    Task<int> NumberProviderAsync(string name);

    /// <summary>
    /// Claims what <paramref name="settings"/> name as <paramref name="name"/>'s alone (senders, words on shared numbers) before they are kept; what they would take from another tenant, null: nothing.
    /// </summary>
    Task<TenantPut?> ClaimAsync(string name, TenantSettings settings);

    /// <summary>Takes a tenant's newest version into the snapshot; answered when every live silo has it.</summary>
    Task PublishTenantAsync(TenantEntry entry);

    /// <summary>Frees the name of a tenant, takes it out of the routes and never gives its number again; answered when every live silo knows. Asked again, it does nothing more.</summary>
    Task RemoveTenantAsync(string name, int number);

    /// <summary>Whether a tenant with this number was removed.</summary>
    Task<bool> IsGoneAsync(int number);

    /// <summary>Numbers of removed tenants of which a version before remains were of <paramref name="kind"/> (<see cref="TenantEnder"/>) may have left something.</summary>
    Task<int[]> LeftOfAsync(int kind);

    /// <summary>Nothing is left of those.</summary>
    Task NothingLeftAsync(int kind);

    /// <summary>Takes a provider's newest version into the snapshot; answered when every live silo has it.</summary>
    Task PublishProviderAsync(ProviderEntry entry);

    /// <summary>Whether a route names the provider.</summary>
    Task<bool> RoutesNameAsync(string provider);

    /// <summary>Takes a provider out of the snapshot; answered when no live silo has it. Its name keeps its number: the log tells of it by that.</summary>
    Task RetireProviderAsync(string name);

    /// <summary>Replaces all routes; answered when every live silo has them.</summary>
    Task PutRoutesAsync(RouteSettings[] routes);

    /// <summary>Offers a hash for the operator's key; true: it is the one from now on; false: there was one before.</summary>
    Task<bool> OfferOperatorKeyAsync(UInt128 hash);

    /// <summary>Adds a key of the operator's, to which it gives id and time; the same hash again is the first key.</summary>
    Task<ApiKey> AddOperatorKeyAsync(ApiKey asked);

    /// <summary>Removes one; answered when no live silo knows it any more. False: not there (any more).</summary>
    Task<bool> RemoveOperatorKeyAsync(string id);

    /// <summary>The snapshot for a silo that holds <paramref name="version"/>; null: it is the newest. From here on the silo is told of every change.</summary>
    [ResponseTimeout("00:00:10")]
    Task<CatalogSnapshot?> SubscribeAsync(SiloAddress silo, long version);
}
