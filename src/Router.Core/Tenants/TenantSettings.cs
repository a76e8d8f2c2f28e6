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

    /// <summary>Data region (R1.3): messages that name none leave only through its providers; null: any.</summary>
    public string? Region { get; init; }

    /// <summary>IANA time zone of contacts whose number and own setting tell none; null: UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Marketing waits in these hours of the recipient's day (R3.4); null: never.</summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>Credit as set last, in any one unit (R3.5); null: the tenant is not charged.</summary>
    public decimal? Balance { get; init; }

    /// <summary>Price of a segment by channel's word, 0 to 1,000,000, in the balance's unit; a channel that is missing costs nothing.</summary>
    public IReadOnlyDictionary<string, decimal>? Prices { get; init; }

    /// <summary>Rules for inbound messages, the first that matches counts.</summary>
    public IReadOnlyList<KeywordRule> Keywords { get; init; } = [];

    /// <summary>Whether its events go to a Kafka topic of its own too, <c>router.events.&lt;tenant&gt;</c>.</summary>
    public bool EventsToKafka { get; init; }

    /// <summary>What a plain STOP withdraws.</summary>
    public StopScope Stop { get; init; }
}
