using System.Collections.Immutable;

namespace Router.Grains.Webhooks;

/// <summary>A webhook as its tenant looks at it.</summary>
[GenerateSerializer, Immutable]
public sealed record WebhookView
{
    /// <summary>Its name in URLs.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Where events are posted to.</summary>
    [Id(1)]
    public required string Url { get; init; }

    /// <summary>Words of the filter.</summary>
    [Id(2)]
    public required ImmutableArray<string> Events { get; init; }

    /// <summary>Set by the tenant, and not disabled.</summary>
    [Id(3)]
    public required bool Enabled { get; init; }

    /// <summary>When Router disabled it, Unix ms; 0: it did not.</summary>
    [Id(4)]
    public long DisabledAtMs { get; init; }

    /// <summary>Why: <c>failing</c> or <c>gone</c>.</summary>
    [Id(5)]
    public string? DisabledBecause { get; init; }

    /// <summary>Since when nothing was taken, Unix ms; 0: the last one was.</summary>
    [Id(6)]
    public long FailingSinceMs { get; init; }

    /// <summary>Events given up.</summary>
    [Id(7)]
    public long GivenUp { get; init; }

    /// <summary>The secret's text, when it was made just now; else null.</summary>
    [Id(8)]
    public string? Secret { get; init; }

    /// <summary>Until when the secret before it signs too, Unix ms; 0: it does not.</summary>
    [Id(9)]
    public long OldSecretEndMs { get; init; }

    /// <summary>The record without its URL and secret: neither belongs in a log.</summary>
    public override string ToString() => $"webhook {Name}";
}
