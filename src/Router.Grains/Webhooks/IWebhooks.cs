using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Grains.Administration;

namespace Router.Grains.Webhooks;

/// <summary>Webhooks of all tenants, whichever silo is asked. A change is answered when it is kept. Any thread; cold.</summary>
/// <exception cref="AdministrationUnavailableException">Thrown by the tasks when a change could not be kept or its fate is not known; asking again is safe.</exception>
public interface IWebhooks
{
    /// <summary>All of a tenant, by name.</summary>
    Task<IReadOnlyList<WebhookView>> ListAsync(int tenant, CancellationToken cancellationToken);

    /// <summary>One; null: there is no such webhook.</summary>
    Task<WebhookView?> FindAsync(int tenant, string name, CancellationToken cancellationToken);

    /// <summary>Makes or replaces one; null: the tenant has <see cref="WebhookRules.TenantMax"/> others, or has ended.</summary>
    Task<WebhookView?> PutAsync(int tenant, string name, WebhookSettings settings, CancellationToken cancellationToken);

    /// <summary>Forgets one; false: there is no such webhook.</summary>
    Task<bool> RemoveAsync(int tenant, string name, CancellationToken cancellationToken);

    /// <summary>Forgets all of a tenant: for its deletion.</summary>
    Task RemoveAllAsync(int tenant, CancellationToken cancellationToken);

    /// <summary>Makes a new secret, shown in the answer; null: there is no such webhook.</summary>
    Task<WebhookView?> RotateAsync(int tenant, string name, CancellationToken cancellationToken);

    /// <summary>Delivers again what comes after <paramref name="after"/>; false: there is no such webhook.</summary>
    Task<bool> RedeliverAsync(int tenant, string name, LogPosition after, CancellationToken cancellationToken);

    /// <summary>Posts a test event; null: there is no such webhook.</summary>
    Task<WebhookAnswer?> TestAsync(int tenant, string name, CancellationToken cancellationToken);

    /// <summary>A webhook's name by its number; null: it was removed, or the list can't be read now. From memory, but for one that is new.</summary>
    ValueTask<string?> NameOfAsync(int tenant, int number, CancellationToken cancellationToken);
}
