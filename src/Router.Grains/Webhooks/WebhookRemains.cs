using Router.Grains.Tenants;

namespace Router.Grains.Webhooks;

/// <summary>A tenant's webhooks end with it: their addresses and secrets are forgotten.</summary>
internal sealed class WebhookRemains(IWebhooks webhooks) : ITenantRemains
{
    /// <inheritdoc/>
    public Task DestroyAsync(int tenant, string name) => webhooks.RemoveAllAsync(tenant, CancellationToken.None);
}
