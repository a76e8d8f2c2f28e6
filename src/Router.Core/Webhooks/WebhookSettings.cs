namespace Router.Core.Webhooks;

/// <summary>A webhook as its tenant sets it. Checked by <see cref="WebhookRules"/>.</summary>
public sealed record WebhookSettings
{
    /// <summary>Where events are posted to. Its path or query may hold a secret of the tenant's: never logged.</summary>
    public required string Url { get; init; }

    /// <summary>Words of an <see cref="Core.Events.EventFilter"/>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Whether it is delivered to; what happens meanwhile is delivered later.</summary>
    public bool Enabled { get; init; } = true;
}
