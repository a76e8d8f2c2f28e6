using Router.Core.Tenants;

namespace Router.Grains.Tenants;

/// <summary>What became of a change of a tenant.</summary>
/// <param name="Entry">The tenant as kept; null: nothing was changed.</param>
/// <param name="ConflictField">The field that would take what is another tenant's.</param>
/// <param name="ConflictPredicate">See <see cref="SettingsFault.Predicate"/>.</param>
[GenerateSerializer, Immutable]
internal sealed record TenantPut([property: Id(0)] TenantEntry? Entry, [property: Id(1)] string? ConflictField = null, [property: Id(2)] string? ConflictPredicate = null)
{
    /// <summary>The conflict; null: none.</summary>
    public SettingsFault? Conflict => ConflictField is null ? null : new SettingsFault(ConflictField, ConflictPredicate!);
}
