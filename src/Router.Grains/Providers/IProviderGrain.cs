using Orleans.Concurrency;
using Router.Core.Tenants;

namespace Router.Grains.Providers;

/// <summary>A provider account, by name: its settings and number. Changes are answered when they are kept and every live silo has them; asking again after a failure is safe.</summary>
internal interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>The account as kept; null: never put. Interleaves, because the catalog asks while a change of this account waits for the catalog.</summary>
    [AlwaysInterleave]
    ValueTask<ProviderEntry?> ReadAsync();

    /// <summary>Makes or replaces it.</summary>
    Task<ProviderEntry> PutAsync(ProviderSettings settings);
}
