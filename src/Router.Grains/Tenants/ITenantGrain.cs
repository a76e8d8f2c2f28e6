using Orleans.Concurrency;
using Router.Core.Templates;
using Router.Core.Tenants;
using Router.Grains.Administration;

namespace Router.Grains.Tenants;

/// <summary>
/// A tenant, by name: its settings, number and keys. Changes are answered when they are kept and every live silo has them; asking again after a failure is safe.
/// </summary>
internal interface ITenantGrain : IGrainWithStringKey
{
    /// <summary>The tenant as kept; null: never put. Interleaves, because the catalog asks while a change of this tenant waits for the catalog.</summary>
    [AlwaysInterleave]
    ValueTask<TenantEntry?> ReadAsync();

    /// <summary>Makes or replaces it, unless that would take what is another tenant's.</summary>
    Task<TenantPut> PutAsync(TenantSettings settings);

    /// <summary>Adds to the balance (millionths), once for each reference.</summary>
    Task<CreditOutcome> AddCreditAsync(long amount, string reference);

    /// <summary>Adds a key, to which it gives id, tenant and time; null: never put, or another tenant by now than the one that the key names (0: any).</summary>
    Task<ApiKey?> AddKeyAsync(ApiKey asked);

    /// <summary>Removes a key; false: not there (any more).</summary>
    Task<bool> RemoveKeyAsync(string id);

    /// <summary>Begins its deletion: when answered, no silo lets its keys in or takes messages of it any more. False: never put.</summary>
    Task<bool> DeleteAsync();

    /// <summary>Goes on with its deletion (<see cref="TenantEnder"/>); false: there is nothing more to do.</summary>
    Task<bool> GoOnAsync();

    /// <summary>Makes or replaces a template, which <see cref="TemplateRules.Check"/> found right, of tenant <paramref name="number"/>.</summary>
    Task<TemplateAnswer> PutTemplateAsync(int number, TemplateSettings template);

    /// <summary>Removes a template; false: not there (any more).</summary>
    Task<bool> RemoveTemplateAsync(string name, string language);
}
