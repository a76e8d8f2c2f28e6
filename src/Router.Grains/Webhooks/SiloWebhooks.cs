using System.Collections.Immutable;
using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Grains.Administration;

namespace Router.Grains.Webhooks;

/// <summary><see cref="IWebhooks"/> of a silo: calls to the grains.</summary>
internal sealed class SiloWebhooks(IGrainFactory grains, WebhookKeeper keeper) : IWebhooks
{
    private IWebhookListGrain All => grains.GetGrain<IWebhookListGrain>(0);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WebhookView>> ListAsync(int tenant, CancellationToken cancellationToken)
    {
        string[] names = await AskAsync(All.OfAsync(tenant).AsTask(), cancellationToken);
        WebhookView?[] views = await AskAsync(Task.WhenAll(names.Select(name => Of(tenant, name).ReadAsync().AsTask())), cancellationToken);
        return [.. views.OfType<WebhookView>()];
    }

    /// <inheritdoc/>
    public async Task<WebhookView?> FindAsync(int tenant, string name, CancellationToken cancellationToken) =>
        await IsKnownAsync(tenant, name, cancellationToken) ? await AskAsync(Of(tenant, name).ReadAsync().AsTask(), cancellationToken) : null;

    /// <inheritdoc/>
    public async Task<WebhookView?> PutAsync(int tenant, string name, WebhookSettings settings, CancellationToken cancellationToken)
    {
        // First, so that a name for which there is no room wakes no grain; the grain asks again in its turn.
        return await AskAsync(All.AddAsync(tenant, name), cancellationToken) == 0
            ? null
            : await AskAsync(Of(tenant, name).PutAsync(settings.Url, [.. settings.Events], settings.Enabled), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(int tenant, string name, CancellationToken cancellationToken) =>
        await IsKnownAsync(tenant, name, cancellationToken) && await AskAsync(Of(tenant, name).RemoveAsync(), cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveAllAsync(int tenant, CancellationToken cancellationToken)
    {
        foreach (string name in await AskAsync(All.OfAsync(tenant).AsTask(), cancellationToken))
        {
            await RemoveAsync(tenant, name, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<WebhookView?> RotateAsync(int tenant, string name, CancellationToken cancellationToken) =>
        await IsKnownAsync(tenant, name, cancellationToken) ? await AskAsync(Of(tenant, name).RotateAsync(), cancellationToken) : null;

    /// <inheritdoc/>
    public async Task<bool> RedeliverAsync(int tenant, string name, LogPosition after, CancellationToken cancellationToken) =>
        await IsKnownAsync(tenant, name, cancellationToken) && await AskAsync(Of(tenant, name).RedeliverAsync(after.Commit, after.Index), cancellationToken);

    /// <inheritdoc/>
    public async Task<WebhookAnswer?> TestAsync(int tenant, string name, CancellationToken cancellationToken) =>
        await IsKnownAsync(tenant, name, cancellationToken) ? await AskAsync(Of(tenant, name).TestAsync(), cancellationToken) : null;

    /// <inheritdoc/>
    public async ValueTask<string?> NameOfAsync(int tenant, int number, CancellationToken cancellationToken)
    {
        if (Find(keeper.Entries, tenant, number) is { } name)
        {
            return name;
        }

        await keeper.RefreshAsync().WaitAsync(cancellationToken);
        return Find(keeper.Entries, tenant, number);
    }

    private static string? Find(ImmutableArray<WebhookListEntry> entries, int tenant, int number)
    {
        foreach (WebhookListEntry entry in entries)
        {
            if (entry.Tenant == tenant && entry.Number == number)
            {
                return entry.Name;
            }
        }

        return null;
    }

    private IWebhookGrain Of(int tenant, string name) => grains.GetGrain<IWebhookGrain>(WebhookKey.Of(tenant, name));

    // A name that nobody made must not wake a grain: whoever asks for names at random would fill the memory.
    private async Task<bool> IsKnownAsync(int tenant, string name, CancellationToken cancellationToken) =>
        Array.BinarySearch(await AskAsync(All.OfAsync(tenant).AsTask(), cancellationToken), name, StringComparer.Ordinal) >= 0;

    // What Orleans throws when a silo dies under a call, or an answer does not come: the fate is not known.
    private static async Task<T> AskAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            throw new AdministrationUnavailableException("the silo that keeps this did not answer; ask again", exception);
        }
    }
}
