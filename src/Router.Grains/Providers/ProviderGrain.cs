using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Grains.Administration;
using Router.Grains.Catalog;

namespace Router.Grains.Providers;

/// <inheritdoc cref="IProviderGrain"/>
internal sealed partial class ProviderGrain(
    [PersistentState("provider", RouterSilo.StorageName)] IPersistentState<ProviderState> state, ILogger<ProviderGrain> log) : Grain, IProviderGrain
{
    private ProviderEntry? kept;
    private int number;
    private long version;

    private ICatalogGrain Catalog => GrainFactory.GetGrain<ICatalogGrain>(0);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        ProviderState read = state.State;
        number = read.Number;
        version = read.Version;
        kept = read.Settings is null ? null : new ProviderEntry(this.GetPrimaryKeyString(), read.Number, read.Version, read.Settings, read.IsDraining);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ProviderEntry?> ReadAsync() => new(kept);

    /// <inheritdoc/>
    public async Task<ProviderEntry> PutAsync(ProviderSettings settings)
    {
        string name = this.GetPrimaryKeyString();
        number = number != 0 ? number : await Catalog.NumberProviderAsync(name);
        ProviderEntry entry = new(name, number, version + 1, settings, kept is { IsDraining: true });
        await KeepAsync(entry);
        await Catalog.PublishProviderAsync(entry);
        return entry;
    }

    /// <inheritdoc/>
    public async Task<ProviderEntry?> DrainAsync(bool drains)
    {
        if (kept is { } known && known.IsDraining != drains)
        {
            await KeepAsync(known with { Version = version + 1, IsDraining = drains });
            LogDrain(known.Name, drains ? "drains" : "is resumed");
        }

        if (kept is { } entry)
        {
            await Catalog.PublishProviderAsync(entry); // also when nothing changed: an earlier change may not have reached every silo
        }

        return kept;
    }

    /// <inheritdoc/>
    public async Task<ProviderRemoval> DeleteAsync()
    {
        string name = this.GetPrimaryKeyString();
        bool found = kept is not null;
        if (found)
        {
            if (await Catalog.RoutesNameAsync(name))
            {
                return ProviderRemoval.InUse;
            }

            await KeepAsync(null);
            LogDeleted(name);
        }

        await Catalog.RetireProviderAsync(name); // also when it was not found, as above
        return found ? ProviderRemoval.Removed : ProviderRemoval.NotFound;
    }

    private async Task KeepAsync(ProviderEntry? entry)
    {
        long next = version + 1;
        state.State = new ProviderState { Number = number, Version = next, Settings = entry?.Settings, IsDraining = entry is { IsDraining: true } };
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
            LogNotKept(this.GetPrimaryKeyString(), exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the provider could not be stored; ask again", exception);
        }

        version = next;
        kept = entry;
    }

    [LoggerMessage(1, LogLevel.Information, "provider {Provider} {What}")]
    private partial void LogDrain(string provider, string what);

    [LoggerMessage(2, LogLevel.Information, "provider {Provider} was deleted")]
    private partial void LogDeleted(string provider);

    [LoggerMessage(3, LogLevel.Error, "provider {Provider} could not be stored; whoever changed it is told to ask again")]
    private partial void LogNotKept(string provider, Exception exception);
}
