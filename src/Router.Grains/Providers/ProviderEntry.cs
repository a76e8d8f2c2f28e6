using Router.Core.Tenants;

namespace Router.Grains.Providers;

/// <summary>A provider account as kept, on its way to the silos.</summary>
/// <param name="Name">The name in URLs and events.</param>
/// <param name="Number">The internal number, 1 and up.</param>
/// <param name="Version">Rises with every change of this account.</param>
/// <param name="Settings">As set.</param>
/// <param name="IsDraining">It is drained until it is resumed.</param>
[GenerateSerializer, Immutable]
internal sealed record ProviderEntry(
    [property: Id(0)] string Name,
    [property: Id(1)] int Number,
    [property: Id(2)] long Version,
    [property: Id(3)] ProviderSettings Settings,
    [property: Id(4)] bool IsDraining);
