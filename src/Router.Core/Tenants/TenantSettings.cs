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

/// <summary>Limits of a tenant (R3.1). All rates are messages a second, 1 to 1,000,000.</summary>
public sealed record TenantLimits
{
    /// <summary>All messages of the tenant.</summary>
    public int? PerSecond { get; init; }

    /// <summary>By channel's word.</summary>
    public IReadOnlyDictionary<string, int>? PerChannel { get; init; }

    /// <summary>Each sender.</summary>
    public int? PerSender { get; init; }

    /// <summary>Each recipient.</summary>
    public RecipientLimit? PerRecipient { get; init; }

    /// <summary>Waiting messages, 1 to 100,000,000; more is 429. Default one million (DESIGN §6).</summary>
    public long Waiting { get; init; } = 1_000_000;
}

/// <summary>At most <paramref name="Count"/> (1 to 100) messages to one contact in any window of <paramref name="WindowSeconds"/> (1 to 604,800) seconds.</summary>
public sealed record RecipientLimit(int Count, int WindowSeconds);
