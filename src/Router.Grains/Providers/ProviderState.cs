using Router.Core.Tenants;

namespace Router.Grains.Providers;

/// <summary>What <see cref="ProviderGrain"/> keeps. Stored as JSON; add properties, never rename them.</summary>
[GenerateSerializer]
public sealed class ProviderState
{
    /// <summary>The internal number, 1 and up; 0: never put.</summary>
    [Id(0)]
    public int Number { get; set; }

    /// <summary>Rises with every change.</summary>
    [Id(1)]
    public long Version { get; set; }

    /// <summary>As set; null: never put, or deleted.</summary>
    [Id(2)]
    public ProviderSettings? Settings { get; set; }

    /// <summary>It is drained until it is resumed.</summary>
    [Id(3)]
    public bool IsDraining { get; set; }
}
