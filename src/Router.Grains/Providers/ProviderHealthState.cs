namespace Router.Grains.Providers;

/// <summary>What <see cref="ProviderHealthGrain"/> keeps. Stored as JSON; add properties, never rename them.</summary>
[GenerateSerializer]
public sealed class ProviderHealthState
{
    /// <summary>Its tenants were told that it is down, and not yet that it is up.</summary>
    [Id(0)]
    public bool ToldDown { get; set; }

    /// <summary>They are being told otherwise: some may know, some not. Kept before the first is told.</summary>
    [Id(1)]
    public bool Telling { get; set; }
}
