namespace Router.Core.Tenants;

/// <summary>What an operator sets for a tenant (<c>PUT /admin/tenants/{tenant}</c>, DESIGN §6). Persisted as JSON.</summary>
public sealed record TenantSettings
{
    /// <summary>Display name, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant's own senders: numbers, short codes, sender ids, mailboxes; the first that fits a channel is its default.</summary>
    public IReadOnlyList<string> Senders { get; init; } = [];

    /// <summary>Limits; a missing one does not limit.</summary>
    public TenantLimits Limits { get; init; } = new();
}
