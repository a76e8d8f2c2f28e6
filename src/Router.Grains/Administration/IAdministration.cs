using Router.Core.Templates;
using Router.Core.Tenants;

namespace Router.Grains.Administration;

/// <summary>
/// What operators change and look at, whichever silo they reach. Settings arrive validated. A change is answered when it is kept and every live silo has it.
/// Every member may be called from any thread; cold.
/// </summary>
/// <exception cref="AdministrationUnavailableException">Thrown by the tasks when the change could not be kept or its fate is not known; asking again is safe.</exception>
public interface IAdministration
{
    /// <summary>The configuration that this silo holds now; read anew for each request, costs a field.</summary>
    Configuration Current { get; }

    /// <summary>Makes or replaces a tenant.</summary>
    /// <exception cref="SettingsConflictException">The settings would take what is another tenant's; nothing was changed.</exception>
    Task<Tenant> PutTenantAsync(string name, TenantSettings settings, CancellationToken cancellationToken);

    /// <summary>
    /// Begins to delete a tenant; answered when it is kept, no live silo lets its keys in and none takes messages of it any more. The rest goes on by itself, over restarts, until the configuration does
    /// not hold the tenant any more. False: there is no such tenant.
    /// </summary>
    Task<bool> DeleteTenantAsync(string name, CancellationToken cancellationToken);

    /// <summary>What a tenant has left to spend, millionths; null: it is not charged. Costs a look-up.</summary>
    long? BalanceOf(int tenant);

    /// <summary>Adds to a tenant's balance (millionths), once for each reference.</summary>
    Task<CreditOutcome> AddCreditAsync(string tenant, long amount, string reference, CancellationToken cancellationToken);

    /// <summary>Adds a key, to which id, tenant and time are given here; null: there is no such tenant, or it is not the one that <paramref name="asked"/> names (0: whichever has the name now). Asking again with the same hash answers the first key.</summary>
    Task<ApiKey?> AddKeyAsync(string tenant, ApiKey asked, CancellationToken cancellationToken);

    /// <summary>Removes a key; answered when no live silo knows it any more. False: there is no such tenant or key.</summary>
    Task<bool> RemoveKeyAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Adds a key of the operator's, as <see cref="AddKeyAsync"/> does.</summary>
    Task<ApiKey> AddOperatorKeyAsync(ApiKey asked, CancellationToken cancellationToken);

    /// <summary>Removes a key of the operator's that <see cref="AddOperatorKeyAsync"/> made; answered when no live silo knows it any more. False: there is none such.</summary>
    Task<bool> RemoveOperatorKeyAsync(string id, CancellationToken cancellationToken);

    /// <summary>Makes or replaces a template of a tenant. Not null: it was not kept, because there is no room, or because the tenant has ended; another may have its name by now.</summary>
    Task<SettingsFault?> PutTemplateAsync(Tenant tenant, TemplateSettings template, CancellationToken cancellationToken);

    /// <summary>Removes a template of a tenant; answered when no live silo renders it any more. False: there is none.</summary>
    Task<bool> RemoveTemplateAsync(string tenant, string name, string language, CancellationToken cancellationToken);

    /// <summary>Makes or replaces a provider account.</summary>
    Task<ProviderAccount> PutProviderAsync(string name, ProviderSettings settings, CancellationToken cancellationToken);

    /// <summary>Has a provider account drain, or work again; null: there is none such.</summary>
    Task<ProviderAccount?> DrainProviderAsync(string name, bool drains, CancellationToken cancellationToken);

    /// <summary>Deletes a provider account that no route names; answered when no live silo knows it any more.</summary>
    Task<ProviderRemoval> DeleteProviderAsync(string name, CancellationToken cancellationToken);

    /// <summary>How each live silo is, and the providers there; one that does not answer in time shows no more than its name.</summary>
    Task<IReadOnlyList<SiloLook>> SilosAsync(CancellationToken cancellationToken);

    /// <summary>Replaces all routes.</summary>
    Task PutRoutesAsync(IReadOnlyList<RouteSettings> routes, CancellationToken cancellationToken);

    /// <summary>Where each shard is now, by number; a shard without an owner has an empty silo.</summary>
    Task<IReadOnlyList<ShardPlacement>> ShardsAsync(CancellationToken cancellationToken);

    /// <summary>Why this silo may not take traffic, for people; null: it may, because every shard has an owner, here or elsewhere.</summary>
    string? NotReadyBecause { get; }

    /// <summary>What is wrong although traffic is taken, for people; without names, because <c>/readyz</c> tells it to anybody.</summary>
    IReadOnlyList<string> Troubles { get; }
}
