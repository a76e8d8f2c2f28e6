namespace Router.Grains.Tenants;

/// <summary>What became of a template that was put; without a fault it is kept.</summary>
/// <param name="Field">The field of <see cref="Router.Core.Tenants.SettingsFault"/>; null: kept.</param>
/// <param name="Detail">What is wrong.</param>
[GenerateSerializer, Immutable]
internal readonly record struct TemplateAnswer([property: Id(0)] string? Field, [property: Id(1)] string? Detail);
