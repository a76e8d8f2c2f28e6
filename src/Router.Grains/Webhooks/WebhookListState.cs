namespace Router.Grains.Webhooks;

/// <summary>What <see cref="WebhookListGrain"/> keeps. Stored as JSON; add properties, never rename them.</summary>
[GenerateSerializer]
public sealed class WebhookListState
{
    /// <summary>Rises with every change.</summary>
    [Id(0)]
    public long Version { get; set; }

    /// <summary>The last number given to a webhook.</summary>
    [Id(1)]
    public int LastNumber { get; set; }

    /// <summary>Numbers of all webhooks, by tenant and name.</summary>
    [Id(2)]
    public Dictionary<int, Dictionary<string, int>> Tenants { get; set; } = [];
}
