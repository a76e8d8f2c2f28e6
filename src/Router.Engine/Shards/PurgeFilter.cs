using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>Which waiting messages are meant: all that match each part that is set.</summary>
/// <param name="Tenant">The tenant's number; null: any.</param>
/// <param name="Provider">Number of the provider at which they wait; null: any.</param>
/// <param name="Purpose">Their purpose; null: any.</param>
public readonly record struct PurgeFilter(int? Tenant, int? Provider, Purpose? Purpose)
{
    internal bool Matches(in Dispatch.LaneKey key) =>
        (Tenant is null || Tenant == key.Tenant) && (Provider is null || Provider == key.Provider) && (Purpose is null || Purpose == key.Purpose);
}
