using System.Globalization;
using Router.Core.Tenants;
using Router.Grains.Administration;
using Router.Grains.Catalog;

namespace Router.Grains.Tenants;

/// <inheritdoc cref="ITenantGrain"/>
internal sealed class TenantGrain([PersistentState("tenant", RouterSilo.StorageName)] IPersistentState<TenantState> state) : Grain, ITenantGrain
{
    // What storage is known to hold. Never the state object itself: that one is changed before a write is known to have worked.
    private TenantEntry? kept;

    private ICatalogGrain Catalog => GrainFactory.GetGrain<ICatalogGrain>(0);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        TenantState read = state.State;
        kept = read.Settings is null ? null : new TenantEntry(this.GetPrimaryKeyString(), read.Number, read.Version, read.Settings, read.Keys);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<TenantEntry?> ReadAsync() => new(kept);

    /// <inheritdoc/>
    public async Task<TenantEntry> PutAsync(TenantSettings settings)
    {
        string name = this.GetPrimaryKeyString();
        int number = kept?.Number ?? await Catalog.NumberTenantAsync(name);
        TenantEntry entry = await KeepAsync(new TenantEntry(name, number, (kept?.Version ?? 0) + 1, settings, kept?.Keys ?? []));
        await Catalog.PublishTenantAsync(entry);
        return entry;
    }

    /// <inheritdoc/>
    public async Task<ApiKey?> AddKeyAsync(Role role, UInt128 hash)
    {
        if (kept is null)
        {
            return null;
        }

        ApiKey? key = Array.Find(kept.Keys, k => k.Hash == hash);
        if (key is null)
        {
            key = new ApiKey(NewKeyId(kept), hash, role, kept.Number);
            await KeepAsync(kept with { Version = kept.Version + 1, Keys = [.. kept.Keys, key] });
        }

        await Catalog.PublishTenantAsync(kept);
        return key;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveKeyAsync(string id)
    {
        if (kept is null)
        {
            return false;
        }

        ApiKey[] left = Array.FindAll(kept.Keys, k => k.Id != id);
        bool found = left.Length < kept.Keys.Length;
        if (found)
        {
            await KeepAsync(kept with { Version = kept.Version + 1, Keys = left });
        }

        // Also when it was not found: an earlier removal may have been kept and then not have reached every silo.
        await Catalog.PublishTenantAsync(kept);
        return found;
    }

    // Key ids need not be secret, only never used again within the tenant: the version rises with each.
    private static string NewKeyId(TenantEntry entry) => string.Create(CultureInfo.InvariantCulture, $"k{entry.Version + 1}");

    private async Task<TenantEntry> KeepAsync(TenantEntry entry)
    {
        state.State = new TenantState { Number = entry.Number, Version = entry.Version, Settings = entry.Settings, Keys = entry.Keys };
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the tenant could not be stored; ask again", exception);
        }

        return kept = entry;
    }
}
