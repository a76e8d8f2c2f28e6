using Router.Core.Events;

namespace Router.Grains.Webhooks;

/// <summary>What a delivery needs to know of its webhook.</summary>
/// <param name="Tenant">The tenant's number.</param>
/// <param name="Name">The webhook's name.</param>
/// <param name="Url">Where to.</param>
/// <param name="Filter">Which events.</param>
/// <param name="Secret">What signs.</param>
/// <param name="OldSecret">What signs too; null: nothing.</param>
/// <param name="OldSecretEndMs">Until when, Unix ms.</param>
public sealed record WebhookPlan(int Tenant, string Name, Uri Url, EventFilter Filter, byte[] Secret, byte[]? OldSecret, long OldSecretEndMs)
{
    /// <summary>The record without its URL and secrets: neither belongs in a log.</summary>
    public override string ToString() => $"webhook {Name}";
}
