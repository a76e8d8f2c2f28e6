using Router.Core.Tenants;

namespace Router.Grains.Catalog;

/// <summary>What <see cref="CatalogGrain"/> keeps. Stored as JSON; add properties, never rename them.</summary>
[GenerateSerializer]
public sealed class CatalogState
{
    /// <summary>Counts activations: the upper half of a snapshot's version, so that versions rise although the lower half lives in memory.</summary>
    [Id(0)]
    public long Generation { get; set; }

    /// <summary>The last tenant's number given; never given again.</summary>
    [Id(1)]
    public int LastTenant { get; set; }

    /// <summary>The last provider's number given; never given again.</summary>
    [Id(2)]
    public int LastProvider { get; set; }

    /// <summary>Numbers of all tenants' names.</summary>
    [Id(3)]
    public Dictionary<string, int> Tenants { get; set; } = [];

    /// <summary>Numbers of all providers' names.</summary>
    [Id(4)]
    public Dictionary<string, int> Providers { get; set; } = [];

    /// <summary>All routes.</summary>
    [Id(5)]
    public RouteSettings[] Routes { get; set; } = [];

    /// <summary>Hash of the operator's key that Router made itself.</summary>
    [Id(6)]
    public UInt128? OperatorKey { get; set; }

    /// <summary>The operator's other keys.</summary>
    [Id(7)]
    public ApiKey[] OperatorKeys { get; set; } = [];

    /// <summary>Numbers of tenants that were deleted.</summary>
    [Id(20)]
    public int[] GoneTenants { get; set; } = [];

    /// <summary>Up to which kind of remains nothing is left of tenants that older versions deleted.</summary>
    [Id(21)]
    public int NothingLeft { get; set; }

    /// <summary>A copy to change: what is kept stays as it is until the change is stored.</summary>
    public CatalogState Copy() => new()
    {
        Generation = Generation,
        LastTenant = LastTenant,
        LastProvider = LastProvider,
        Tenants = new Dictionary<string, int>(Tenants, StringComparer.Ordinal),
        Providers = new Dictionary<string, int>(Providers, StringComparer.Ordinal),
        Routes = Routes,
        OperatorKey = OperatorKey,
        OperatorKeys = OperatorKeys,
        GoneTenants = GoneTenants,
        NothingLeft = NothingLeft,
    };
}
