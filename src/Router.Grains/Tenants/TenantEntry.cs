using Router.Core.Templates;
using Router.Core.Tenants;

namespace Router.Grains.Tenants;

/// <summary>A tenant as kept, on its way to the silos.</summary>
/// <param name="Name">The name in URLs.</param>
/// <param name="Number">The internal number, 1 and up.</param>
/// <param name="Version">Rises with every change of this tenant.</param>
/// <param name="Settings">As set.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Credit">What it may spend; null: it is not charged.</param>
/// <param name="Templates">Its templates.</param>
[GenerateSerializer, Immutable]
internal sealed record TenantEntry(
    [property: Id(0)] string Name,
    [property: Id(1)] int Number,
    [property: Id(2)] long Version,
    [property: Id(3)] TenantSettings Settings,
    [property: Id(4)] ApiKey[] Keys,
    [property: Id(5)] CreditLine? Credit,
    [property: Id(10)] TemplateSettings[] Templates)
{
    /// <summary>It is being deleted.</summary>
    [Id(20)]
    public bool Deleting { get; init; }
}
