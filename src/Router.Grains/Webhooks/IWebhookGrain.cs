using System.Collections.Immutable;

namespace Router.Grains.Webhooks;

/// <summary>
/// A webhook, by <see cref="WebhookKey"/>: its settings, secrets and place in the log; while it is active, its silo delivers to it, and no other does.
/// </summary>
internal interface IWebhookGrain : IGrainWithStringKey
{
    /// <summary>Wakes it.</summary>
    ValueTask TouchAsync();

    /// <summary>As it stands; null: there is none.</summary>
    ValueTask<WebhookView?> ReadAsync();

    /// <summary>Makes or replaces it, and puts its name on the list; a new one has its secret in the answer. Enables what was disabled. Null: the list did not take the name.</summary>
    Task<WebhookView?> PutAsync(string url, ImmutableArray<string> events, bool enabled);

    /// <summary>Forgets it, then takes its name off the list; false: there was none.</summary>
    Task<bool> RemoveAsync();

    /// <summary>Makes a new secret, which the answer has; the old one signs too for a day. Null: there is no such webhook.</summary>
    Task<WebhookView?> RotateAsync();

    /// <summary>Goes back (or on) to a place in the log and delivers what comes after it; false: there is no such webhook.</summary>
    Task<bool> RedeliverAsync(long commit, int index);

    /// <summary>Posts a test event; null: there is no such webhook.</summary>
    [ResponseTimeout("00:00:25")]
    Task<WebhookAnswer?> TestAsync();
}
