using System.Collections.Frozen;
using Router.Core.Routing;

namespace Router.Core.Tenants;

/// <summary>
/// Everything configured, as one immutable snapshot that each silo holds and swaps whole (DESIGN §3). Reading it takes no lock.
/// </summary>
public sealed class Configuration
{
    private readonly FrozenDictionary<string, Tenant> tenantsByName;
    private readonly FrozenDictionary<int, Tenant> tenantsByNumber;
    private readonly FrozenDictionary<string, ProviderAccount> providersByName;
    private readonly FrozenDictionary<int, ProviderAccount> providersByNumber;
    private readonly FrozenDictionary<UInt128, ApiKey> keys;
    private readonly ILookup<int, ApiKey> keysByTenant;
    private readonly FrozenSet<int>? closed;

    /// <summary>Compiles a snapshot; <paramref name="gone"/> are the numbers of tenants that were deleted.</summary>
    public Configuration(
        long version, IEnumerable<Tenant> tenants, IEnumerable<ProviderAccount> providers, IReadOnlyList<RouteSettings> routes, IEnumerable<ApiKey> apiKeys, IEnumerable<int>? gone = null)
    {
        Version = version;
        Tenants = [.. tenants];
        Providers = [.. providers];
        RouteSettings = routes;
        tenantsByName = Tenants.ToFrozenDictionary(static t => t.Name, StringComparer.Ordinal);
        tenantsByNumber = Tenants.ToFrozenDictionary(static t => t.Number);
        providersByName = Providers.ToFrozenDictionary(static p => p.Name, StringComparer.Ordinal);
        providersByNumber = Providers.ToFrozenDictionary(static p => p.Number);
        keys = apiKeys.ToFrozenDictionary(static k => k.Hash);
        FrozenSet<int> closing = (gone ?? []).Concat(Tenants.Where(static t => t.IsDeleting).Select(static t => t.Number)).ToFrozenSet();
        closed = closing.Count == 0 ? null : closing;
        keysByTenant = keys.Values.ToLookup(static k => k.Tenant);
        Routes = RouteTable.Build(routes, this);
        Numbers = new NumberOwners(Tenants.Where(static t => !t.IsDeleting));
    }

    /// <summary>A snapshot with nothing in it.</summary>
    public static Configuration Empty { get; } = new(0, [], [], [], []);

    /// <summary>Rises with every change.</summary>
    public long Version { get; }

    /// <summary>All tenants.</summary>
    public IReadOnlyList<Tenant> Tenants { get; }

    /// <summary>All provider accounts.</summary>
    public IReadOnlyList<ProviderAccount> Providers { get; }

    /// <summary>The routes as set.</summary>
    public IReadOnlyList<RouteSettings> RouteSettings { get; }

    /// <summary>The compiled routes.</summary>
    public RouteTable Routes { get; }

    /// <summary>Whose an own number is.</summary>
    public NumberOwners Numbers { get; }

    /// <summary>A tenant by name, or null.</summary>
    public Tenant? FindTenant(string name) => tenantsByName.GetValueOrDefault(name);

    /// <summary>A tenant by number, or null.</summary>
    public Tenant? FindTenant(int number) => tenantsByNumber.GetValueOrDefault(number);

    /// <summary>
    /// Whether nothing of this tenant is accepted any more, because it is or was deleted: a request that was admitted before may still come, and nothing can be sealed for it.
    /// </summary>
    /// <remarks>Hot path: a null check while no tenant was ever deleted, else a look into a set of numbers.</remarks>
    public bool IsClosed(int tenant) => closed is not null && closed.Contains(tenant);

    /// <summary>A provider account by name, or null.</summary>
    public ProviderAccount? FindProvider(string name) => providersByName.GetValueOrDefault(name);

    /// <summary>A provider account by number, or null.</summary>
    public ProviderAccount? FindProvider(int number) => providersByNumber.GetValueOrDefault(number);

    /// <summary>Names of deleted provider accounts by number.</summary>
    public IReadOnlyDictionary<int, string> RetiredProviders { get; init; } = new Dictionary<int, string>();

    /// <summary>The name of a provider account, deleted or not; null: none had this number.</summary>
    public string? ProviderName(int number) => FindProvider(number)?.Name ?? RetiredProviders.GetValueOrDefault(number);

    /// <summary>An API key by the first 16 bytes of its SHA-256, or null.</summary>
    public ApiKey? FindKey(UInt128 hash) => keys.GetValueOrDefault(hash);

    /// <summary>All keys of a tenant by its number, of the operator by 0; in no order. Cold.</summary>
    public IEnumerable<ApiKey> KeysOf(int tenant) => keysByTenant[tenant];
}
