using Orleans.Concurrency;
using Router.Core.Tenants;
using Router.Grains.Administration;

namespace Router.Grains.Providers;

/// <summary>A provider account, by name: its settings and number. Changes are answered when they are kept and every live silo has them; asking again after a failure is safe.</summary>
internal interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>The account as kept; null: never put. Interleaves, because the catalog asks while a change of this account waits for the catalog.</summary>
    [AlwaysInterleave]
    ValueTask<ProviderEntry?> ReadAsync();

    /// <summary>Makes or replaces it; whether it drains stays as it is.</summary>
    Task<ProviderEntry> PutAsync(ProviderSettings settings);

    /// <summary>Has it drain, or work again; null: never put, or deleted.</summary>
    Task<ProviderEntry?> DrainAsync(bool drains);

    /// <summary>Deletes it, unless a route names it. Its number stays its name's.</summary>
    Task<ProviderRemoval> DeleteAsync();
}
