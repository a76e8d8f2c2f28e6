namespace Router.Grains.Tenants;

/// <summary>A top-up of a tenant's credit. Stored as JSON; add properties, never rename them.</summary>
/// <param name="Reference">The operator's own, unique a tenant.</param>
/// <param name="Amount">Millionths.</param>
[GenerateSerializer, Immutable]
public sealed record TopUp([property: Id(0)] string Reference, [property: Id(1)] long Amount);
