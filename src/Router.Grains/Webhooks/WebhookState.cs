namespace Router.Grains.Webhooks;

/// <summary>What <see cref="WebhookGrain"/> keeps, sealed like all grain state. Stored as JSON; add properties, never rename them.</summary>
[GenerateSerializer]
public sealed class WebhookState
{
    /// <summary>Rises with every webhook that this name stands for: a webhook deleted and made anew is another. 0: there is none.</summary>
    [Id(0)]
    public int Number { get; set; }

    /// <summary>Where events are posted to.</summary>
    [Id(1)]
    public string Url { get; set; } = "";

    /// <summary>Words of the filter.</summary>
    [Id(2)]
    public string[] Events { get; set; } = [];

    /// <summary>Set by the tenant.</summary>
    [Id(3)]
    public bool Enabled { get; set; }

    /// <summary>The secret that signs.</summary>
    [Id(4)]
    public byte[] Secret { get; set; } = [];

    /// <summary>The one before it, which signs too until <see cref="OldSecretEndMs"/>.</summary>
    [Id(5)]
    public byte[]? OldSecret { get; set; }

    /// <summary>Unix ms.</summary>
    [Id(6)]
    public long OldSecretEndMs { get; set; }

    /// <summary>When Router disabled it, Unix ms; 0: it did not.</summary>
    [Id(7)]
    public long DisabledAtMs { get; set; }

    /// <summary>Why: <c>failing</c> or <c>gone</c>.</summary>
    [Id(8)]
    public string? DisabledBecause { get; set; }

    /// <summary>The notice that it was disabled is not kept yet.</summary>
    [Id(9)]
    public bool OwesNotice { get; set; }

    /// <summary>Where the delivery stands; commit and index of <see cref="Router.Engine.Webhooks.DeliveryProgress.Position"/>, then of those done beyond it.</summary>
    [Id(10)]
    public long[] Done { get; set; } = [];

    /// <summary>Five numbers each: commit, index, failures, first failed, due.</summary>
    [Id(11)]
    public long[] Retries { get; set; } = [];

    /// <summary>See <see cref="Router.Engine.Webhooks.DeliveryProgress.FailingSinceMs"/>.</summary>
    [Id(12)]
    public long FailingSinceMs { get; set; }

    /// <summary>See <see cref="Router.Engine.Webhooks.DeliveryProgress.Failures"/>.</summary>
    [Id(13)]
    public int Failures { get; set; }

    /// <summary>See <see cref="Router.Engine.Webhooks.DeliveryProgress.Pauses"/>.</summary>
    [Id(14)]
    public int Pauses { get; set; }

    /// <summary>See <see cref="Router.Engine.Webhooks.DeliveryProgress.PausedUntilMs"/>.</summary>
    [Id(15)]
    public long PausedUntilMs { get; set; }

    /// <summary>See <see cref="Router.Engine.Webhooks.DeliveryProgress.GivenUp"/>.</summary>
    [Id(16)]
    public long GivenUp { get; set; }
}
