using Microsoft.Extensions.Logging;
using Router.Core.Webhooks;
using Router.Grains.Administration;

namespace Router.Grains.Webhooks;

/// <inheritdoc cref="IWebhookListGrain"/>
/// <remarks>Not reentrant: changes are rare, and each is a write of the whole list (40 B a webhook).</remarks>
[KeepAlive]
internal sealed partial class WebhookListGrain(
    [PersistentState("webhooks", RouterSilo.StorageName)] IPersistentState<WebhookListState> state, ConfigurationHolder holder, ILogger<WebhookListGrain> log) : Grain, IWebhookListGrain
{
    private WebhookList? newest;

    /// <inheritdoc/>
    /// <remarks>A silo that starts does not know yet who has ended.</remarks>
    public override Task OnActivateAsync(CancellationToken cancellationToken) => holder.Loaded.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<int> AddAsync(int tenant, string name)
    {
        // All silos know of a tenant's end before its webhooks are asked for: what is added before this says so is among those.
        if (holder.Current.IsClosed(tenant))
        {
            return 0;
        }

        WebhookListState list = state.State;
        Dictionary<string, int>? own = list.Tenants.GetValueOrDefault(tenant);
        if (own?.TryGetValue(name, out int number) == true)
        {
            return number;
        }

        if (own?.Count >= WebhookRules.TenantMax)
        {
            return 0;
        }

        number = ++list.LastNumber;
        list.Tenants[tenant] = new Dictionary<string, int>(own ?? []) { [name] = number };
        await KeepAsync();
        return number;
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(int tenant, string name)
    {
        Dictionary<int, Dictionary<string, int>> all = state.State.Tenants;
        if (!all.TryGetValue(tenant, out Dictionary<string, int>? own) || !own.Remove(name))
        {
            return;
        }

        if (own.Count == 0)
        {
            all.Remove(tenant);
        }

        await KeepAsync();
    }

    /// <inheritdoc/>
    public ValueTask<string[]> OfAsync(int tenant) =>
        new(state.State.Tenants.TryGetValue(tenant, out Dictionary<string, int>? own) ? [.. own.Keys.Order(StringComparer.Ordinal)] : []);

    /// <inheritdoc/>
    public ValueTask<WebhookList?> ReadAsync(long version)
    {
        newest ??= new WebhookList(
            state.State.Version, [.. state.State.Tenants.SelectMany(static t => t.Value.Select(w => new WebhookListEntry(t.Key, w.Value, w.Key)))]);
        return new(version == newest.Version ? null : newest);
    }

    // A fault leaves this activation with a list that may not be what is stored: it ends, and the next reads what is there.
    private async Task KeepAsync()
    {
        state.State.Version++;
        newest = null;
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            LogNotKept(exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the list of webhooks could not be stored; ask again", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "the list of webhooks could not be stored; whoever changed it is told to ask again")]
    private partial void LogNotKept(Exception exception);
}
