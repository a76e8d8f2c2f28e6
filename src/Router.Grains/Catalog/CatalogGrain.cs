using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Router.Core.Tenants;
using Router.Grains.Administration;
using Router.Grains.Providers;
using Router.Grains.Tenants;

namespace Router.Grains.Catalog;

/// <inheritdoc cref="ICatalogGrain"/>
/// <remarks>
/// Reentrant: a change that waits for a slow silo must not hold back the others, nor a new silo's subscription. Writes take turns (<see cref="ChangeAsync"/>).
/// Tenants and providers keep their own settings; the snapshot is put together from them when the catalog wakes, so that nothing is stored twice.
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class CatalogGrain(
    [PersistentState("catalog", RouterSilo.StorageName)] IPersistentState<CatalogState> state, SnapshotSpreader spreader, TimeProvider time, ILogger<CatalogGrain> log) : Grain, ICatalogGrain, IDisposable
{
    private const int ReadsAtOnce = 256;

    private readonly Dictionary<string, TenantEntry> tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProviderEntry> providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TenantSettings> claims = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1);
    private CatalogState kept = new();
    private CatalogSnapshot newest = new(0, [], [], [], null, []);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        kept = state.State;
        await ChangeAsync(static (next, _) => next.Generation++, 0);
        await foreach (TenantEntry entry in ReadAllAsync(kept.Tenants.Keys, name => GrainFactory.GetGrain<ITenantGrain>(name).ReadAsync()))
        {
            tenants[entry.Name] = entry;
        }

        await foreach (ProviderEntry entry in ReadAllAsync(kept.Providers.Keys, name => GrainFactory.GetGrain<IProviderGrain>(name).ReadAsync()))
        {
            providers[entry.Name] = entry;
        }

        newest = Compose(kept.Generation << 32);
    }

    /// <inheritdoc/>
    public async Task<int> NumberTenantAsync(string name)
    {
        if (!kept.Tenants.ContainsKey(name))
        {
            await ChangeAsync(static (next, name) => _ = next.Tenants.ContainsKey(name) || next.Tenants.TryAdd(name, ++next.LastTenant), name);
        }

        return kept.Tenants[name];
    }

    /// <inheritdoc/>
    public async Task<int> NumberProviderAsync(string name)
    {
        if (!kept.Providers.ContainsKey(name))
        {
            await ChangeAsync(static (next, name) => _ = next.Providers.ContainsKey(name) || next.Providers.TryAdd(name, ++next.LastProvider), name);
        }

        return kept.Providers[name];
    }

    /// <inheritdoc/>
    public Task<TenantPut?> ClaimAsync(string name, TenantSettings settings)
    {
        // What a change of another tenant claims counts while its fate is not known, beside what that tenant has.
        IEnumerable<(string, TenantSettings)> others = tenants.Values.Select(static t => (t.Name, t.Settings))
            .Concat(claims.Select(static c => (c.Key, c.Value)))
            .Where(t => t.Item1 != name);
        if (TenantClaims.FindConflict(settings, others) is { } conflict)
        {
            return Task.FromResult<TenantPut?>(new TenantPut(null, conflict.Field, conflict.Predicate));
        }

        claims[name] = settings;
        return Task.FromResult<TenantPut?>(null);
    }

    /// <inheritdoc/>
    public Task PublishTenantAsync(TenantEntry entry)
    {
        if (tenants.TryGetValue(entry.Name, out TenantEntry? known) && known.Version >= entry.Version)
        {
            return spreader.SpreadAsync(newest);
        }

        tenants[entry.Name] = entry;
        claims.Remove(entry.Name);
        LogTenant(entry.Name, newest.Version + 1);
        return SpreadNextAsync();
    }

    /// <inheritdoc/>
    public async Task RemoveTenantAsync(string name, int number)
    {
        if (!kept.GoneTenants.Contains(number))
        {
            await ChangeAsync(static (next, tenant) => Remove(next, tenant.name, tenant.number), (name, number));
            LogTenantRemoved(name, number, newest.Version + 1);
        }

        if (tenants.TryGetValue(name, out TenantEntry? known) && known.Number == number)
        {
            tenants.Remove(name);
            claims.Remove(name);
        }

        await SpreadNextAsync();
    }

    /// <inheritdoc/>
    public Task<bool> IsGoneAsync(int number) => Task.FromResult(kept.GoneTenants.Contains(number));

    /// <inheritdoc/>
    public Task<int[]> LeftOfAsync(int kind) => Task.FromResult(kept.NothingLeft >= kind ? [] : kept.GoneTenants);

    /// <inheritdoc/>
    public Task NothingLeftAsync(int kind) => ChangeAsync(static (next, kind) => next.NothingLeft = Math.Max(next.NothingLeft, kind), kind);

    /// <inheritdoc/>
    public Task PublishProviderAsync(ProviderEntry entry)
    {
        if (providers.TryGetValue(entry.Name, out ProviderEntry? known) && known.Version >= entry.Version)
        {
            return spreader.SpreadAsync(newest);
        }

        providers[entry.Name] = entry;
        LogProvider(entry.Name, newest.Version + 1);
        return SpreadNextAsync();
    }

    /// <inheritdoc/>
    public Task<bool> RoutesNameAsync(string provider) => Task.FromResult(kept.Routes.Any(r => r.Providers.Contains(provider, StringComparer.Ordinal)));

    /// <inheritdoc/>
    public Task RetireProviderAsync(string name) => providers.Remove(name) ? SpreadNextAsync() : spreader.SpreadAsync(newest);

    /// <inheritdoc/>
    public async Task PutRoutesAsync(RouteSettings[] routes)
    {
        // A tenant whose deletion ended since they were checked takes its routes with it.
        await ChangeAsync(static (next, routes) => next.Routes = Array.FindAll(routes, r => r.Tenant is null || next.Tenants.ContainsKey(r.Tenant)), routes);
        LogRoutes(routes.Length, newest.Version + 1);
        await SpreadNextAsync();
    }

    /// <inheritdoc/>
    public async Task<bool> OfferOperatorKeyAsync(UInt128 hash)
    {
        if (kept.OperatorKey is null)
        {
            await ChangeAsync(static (next, hash) => next.OperatorKey ??= hash, hash);
            await SpreadNextAsync();
        }

        return kept.OperatorKey == hash;
    }

    /// <inheritdoc/>
    public async Task<ApiKey> AddOperatorKeyAsync(ApiKey asked)
    {
        DateTimeOffset now = time.GetUtcNow();
        ApiKey made = asked with { Id = Guid.CreateVersion7(now).ToString(), Tenant = 0, CreatedMs = now.ToUnixTimeMilliseconds() };
        if (FindOperatorKey(asked.Hash) is null)
        {
            await ChangeAsync(static (next, made) => next.OperatorKeys = [.. next.OperatorKeys.Where(k => k.Hash != made.Hash), made], made);
            LogKeyAdded(made.Id, made.Role, newest.Version + 1);
        }

        await SpreadNextAsync();
        return FindOperatorKey(asked.Hash) ?? made;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveOperatorKeyAsync(string id)
    {
        bool found = Array.Exists(kept.OperatorKeys, k => k.Id == id);
        if (found)
        {
            await ChangeAsync(static (next, id) => next.OperatorKeys = Array.FindAll(next.OperatorKeys, k => k.Id != id), id);
            LogKeyRemoved(id, newest.Version + 1);
        }

        // Also when it was not found: an earlier removal may have been kept and then not have reached every silo.
        await SpreadNextAsync();
        return found;
    }

    /// <inheritdoc/>
    public Task<CatalogSnapshot?> SubscribeAsync(SiloAddress silo, long version)
    {
        spreader.Add(silo, version);
        return Task.FromResult(version == newest.Version ? null : newest);
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private static void Remove(CatalogState state, string name, int number)
    {
        if (state.GoneTenants.Contains(number))
        {
            return;
        }

        // Routes go by the name, which may be another's tomorrow.
        state.GoneTenants = [.. state.GoneTenants, number];
        state.Tenants.Remove(name);
        state.Routes = Array.FindAll(state.Routes, r => r.Tenant != name);
    }

    private ApiKey? FindOperatorKey(UInt128 hash) => Array.Find(kept.OperatorKeys, k => k.Hash == hash);

    private Task SpreadNextAsync()
    {
        newest = Compose(newest.Version + 1);
        return spreader.SpreadAsync(newest);
    }

    private CatalogSnapshot Compose(long version) => new(version, [.. tenants.Values], [.. providers.Values], kept.Routes, kept.OperatorKey, kept.OperatorKeys)
    {
        GoneTenants = kept.GoneTenants,
        RetiredProviders = kept.Providers.Where(p => !providers.ContainsKey(p.Key)).ToDictionary(static p => p.Value, static p => p.Key),
    };

    private static async IAsyncEnumerable<T> ReadAllAsync<T>(IEnumerable<string> names, Func<string, ValueTask<T?>> read)
        where T : class
    {
        foreach (string[] some in names.Chunk(ReadsAtOnce))
        {
            Task<T?>[] reads = Array.ConvertAll(some, name => read(name).AsTask());
            foreach (T? entry in await Task.WhenAll(reads))
            {
                if (entry is not null)
                {
                    yield return entry;
                }
            }
        }
    }

    // One change at a time: a copy is changed and stored, and only then holds.
    private async Task ChangeAsync<T>(Action<CatalogState, T> change, T value)
    {
        await turn.WaitAsync();
        try
        {
            CatalogState next = kept.Copy();
            change(next, value);
            state.State = next;
            await state.WriteStateAsync();
            kept = next;
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
            LogNotKept(exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the catalog could not be stored; ask again", exception);
        }
        finally
        {
            turn.Release();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "tenant {Tenant} changed: configuration {Version:X}")]
    private partial void LogTenant(string tenant, long version);

    [LoggerMessage(2, LogLevel.Information, "tenant {Tenant} (number {Number}) is no more: configuration {Version:X}")]
    private partial void LogTenantRemoved(string tenant, int number, long version);

    [LoggerMessage(3, LogLevel.Information, "provider {Provider} changed: configuration {Version:X}")]
    private partial void LogProvider(string provider, long version);

    [LoggerMessage(4, LogLevel.Information, "routes changed, {Count} now: configuration {Version:X}")]
    private partial void LogRoutes(int count, long version);

    [LoggerMessage(5, LogLevel.Information, "key {Key} ({Role}) of the operator was added: configuration {Version:X}")]
    private partial void LogKeyAdded(string key, Role role, long version);

    [LoggerMessage(6, LogLevel.Information, "key {Key} of the operator was removed: configuration {Version:X}")]
    private partial void LogKeyRemoved(string key, long version);

    [LoggerMessage(7, LogLevel.Error, "the catalog could not be stored; whoever changed it is told to ask again")]
    private partial void LogNotKept(Exception exception);
}
