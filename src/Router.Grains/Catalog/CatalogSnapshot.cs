using Router.Core.Tenants;
using Router.Grains.Providers;
using Router.Grains.Tenants;

namespace Router.Grains.Catalog;

/// <summary>Everything configured, at one version, as silos get it.</summary>
/// <param name="Version">Rises with every change, also over activations of the catalog.</param>
/// <param name="Tenants">All tenants.</param>
/// <param name="Providers">All provider accounts.</param>
/// <param name="Routes">All routes.</param>
/// <param name="OperatorKey">Hash of the operator's key that Router made itself; null: none was made.</param>
/// <param name="OperatorKeys">The operator's other keys.</param>
[GenerateSerializer, Immutable]
internal sealed record CatalogSnapshot(
    [property: Id(0)] long Version,
    [property: Id(1)] TenantEntry[] Tenants,
    [property: Id(2)] ProviderEntry[] Providers,
    [property: Id(3)] RouteSettings[] Routes,
    [property: Id(4)] UInt128? OperatorKey,
    [property: Id(5)] ApiKey[] OperatorKeys)
{
    /// <summary>Numbers of tenants that were deleted.</summary>
    [Id(21)]
    public int[] GoneTenants { get; init; } = [];

    /// <summary>Names of deleted provider accounts by number: the log and usage tell of them.</summary>
    [Id(20)]
    public Dictionary<int, string> RetiredProviders { get; init; } = [];
}
