using Router.Core.Tenants;

namespace Router.FrontDoor.Access;

/// <summary>Who calls, as <see cref="Doorkeeper"/> found it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Tenant">Its tenant; null: the operator's.</param>
internal readonly record struct Caller(ApiKey Key, Tenant? Tenant)
{
    /// <summary>What it may do.</summary>
    internal Role Role => Key.Role;
}
