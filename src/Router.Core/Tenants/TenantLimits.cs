namespace Router.Core.Tenants;

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
