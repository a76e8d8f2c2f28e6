using System.Collections.Immutable;

namespace Router.Grains.Webhooks;

/// <summary>All webhooks at one version.</summary>
/// <param name="Version">Rises with every change, also over activations.</param>
/// <param name="Entries">Each.</param>
[GenerateSerializer, Immutable]
internal sealed record WebhookList([property: Id(0)] long Version, [property: Id(1)] ImmutableArray<WebhookListEntry> Entries);

/// <summary>One of them.</summary>
/// <param name="Tenant">The tenant's number.</param>
/// <param name="Number">Its own, never given again within the tenant.</param>
/// <param name="Name">Its name.</param>
[GenerateSerializer, Immutable]
internal readonly record struct WebhookListEntry([property: Id(0)] int Tenant, [property: Id(1)] int Number, [property: Id(2)] string Name);
