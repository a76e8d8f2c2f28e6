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

    private ICatalogGrain Catalog => GrainFactory.GetGrain<ICatalogGrain>(0);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        ProviderState read = state.State;
        kept = read.Settings is null ? null : new ProviderEntry(this.GetPrimaryKeyString(), read.Number, read.Version, read.Settings);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ProviderEntry?> ReadAsync() => new(kept);

    /// <inheritdoc/>
    public async Task<ProviderEntry> PutAsync(ProviderSettings settings)
    {
        string name = this.GetPrimaryKeyString();
        int number = kept?.Number ?? await Catalog.NumberProviderAsync(name);
        ProviderEntry entry = new(name, number, (kept?.Version ?? 0) + 1, settings);
        state.State = new ProviderState { Number = entry.Number, Version = entry.Version, Settings = entry.Settings };
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
            LogNotKept(name, exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the provider could not be stored; ask again", exception);
        }

        kept = entry;
        await Catalog.PublishProviderAsync(entry);
        return entry;
    }

    [LoggerMessage(LogLevel.Error, "provider {Provider} could not be stored; whoever changed it is told to ask again")]
    private partial void LogNotKept(string provider, Exception exception);
}
