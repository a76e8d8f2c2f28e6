using Router.Core.Templates;
using Router.Core.Tenants;
using Router.Engine;
using Router.Grains.Catalog;
using Router.Grains.Providers;
using Router.Grains.Tenants;

namespace Router.Grains.Administration;

/// <summary>
/// The configuration that this silo works by: compiled from the catalog's snapshots, handed to the engine, swapped whole. Reading it costs a field;
/// taking a snapshot is cold.
/// </summary>
public sealed class ConfigurationHolder
{
    private readonly SiloEngine engine;
    private readonly RouterSiloOptions options;
    private readonly Lock taking = new();
    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<int, (long Version, Tenant Compiled)> tenants = [];
    private Dictionary<int, (long Version, ProviderAccount Compiled)> providers = [];
    private volatile Configuration current = Configuration.Empty;
    private long version = -1;

    /// <summary>Made once a silo.</summary>
    public ConfigurationHolder(SiloEngine engine, RouterSiloOptions options)
    {
        this.engine = engine;
        this.options = options;
    }

    /// <summary>What holds now.</summary>
    public Configuration Current => current;

    /// <summary>Ends once the first snapshot was taken. No shard is taken before: a message decided without its tenant's routes would be rejected.</summary>
    public Task Loaded => loaded.Task;

    /// <summary>The version held; -1: none yet.</summary>
    internal long Version => Interlocked.Read(ref version);

    /// <summary>Takes <paramref name="snapshot"/> unless a newer one is held; the version held then. When this returns, everything here decides by it.</summary>
    /// <remarks>The engine is called under the lock, because two snapshots must reach it in their order; it swaps and returns.</remarks>
    internal long Take(CatalogSnapshot snapshot)
    {
        lock (taking)
        {
            if (snapshot.Version > version)
            {
                Configuration next = CompileLocked(snapshot);
                current = next;
                engine.Apply(next);
                Interlocked.Exchange(ref version, snapshot.Version);
                loaded.TrySetResult();
            }

            return version;
        }
    }

    // What did not change keeps its compiled object.
    private Configuration CompileLocked(CatalogSnapshot snapshot)
    {
        Dictionary<int, (long, Tenant)> nextTenants = new(snapshot.Tenants.Length);
        foreach (TenantEntry entry in snapshot.Tenants)
        {
            bool isKnown = tenants.TryGetValue(entry.Number, out (long Version, Tenant Compiled) known);
            nextTenants[entry.Number] = isKnown && known.Version == entry.Version
                ? known
                : (entry.Version, new Tenant(entry.Number, entry.Name, entry.Settings, entry.Credit, TemplateSet.Of(entry.Templates, isKnown ? known.Compiled.Templates : TemplateSet.Empty)) { IsDeleting = entry.Deleting });
        }

        Dictionary<int, (long, ProviderAccount)> nextProviders = new(snapshot.Providers.Length);
        foreach (ProviderEntry entry in snapshot.Providers)
        {
            nextProviders[entry.Number] = providers.TryGetValue(entry.Number, out (long Version, ProviderAccount Compiled) known) && known.Version == entry.Version
                ? known
                : (entry.Version, new ProviderAccount(entry.Number, entry.Name, entry.Settings, entry.IsDraining, engine.CarriesMedia(entry.Settings.Kind)));
        }

        tenants = nextTenants;
        providers = nextProviders;
        IEnumerable<ApiKey> keys = snapshot.Tenants.SelectMany(static t => t.Keys).Concat(snapshot.OperatorKeys);
        if ((options.OperatorKey ?? snapshot.OperatorKey) is { } operatorKey)
        {
            keys = keys.Append(new ApiKey(OperatorKeys.FixedId, operatorKey, Role.Operator, 0));
        }

        return new Configuration(
            snapshot.Version, nextTenants.Values.Select(static t => t.Item2), nextProviders.Values.Select(static p => p.Item2), snapshot.Routes, keys, snapshot.GoneTenants)
        {
            RetiredProviders = snapshot.RetiredProviders,
        };
    }
}
