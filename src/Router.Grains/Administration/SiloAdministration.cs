using System.Globalization;
using Router.Core.Templates;
using Router.Core.Tenants;
using Router.Engine;
using Router.Engine.Credit;
using Router.Engine.Journal;
using Router.Grains.Catalog;
using Router.Grains.Providers;
using Router.Grains.Shards;
using Router.Grains.Tenants;

namespace Router.Grains.Administration;

/// <summary><see cref="IAdministration"/> of a silo: calls to the grains, reads from what this silo holds.</summary>
internal sealed class SiloAdministration(IGrainFactory grains, ConfigurationHolder holder, ShardKeeper keeper, SiloEngine engine, ProviderWatch providers, IJournal journal, CreditPool credit, ISnapshotClient silos, IClusterMembershipService membership)
    : IAdministration
{
    /// <inheritdoc/>
    public Configuration Current => holder.Current;

    /// <inheritdoc/>
    public string? NotReadyBecause => holder.Loaded.IsCompleted ? journal.NotWritableBecause ?? keeper.NotReadyBecause ?? engine.Memory.ShortBecause : "the configuration was not read yet";

    /// <inheritdoc/>
    public IReadOnlyList<string> Troubles
    {
        get
        {
            List<string> all = [];
            ProviderAccount[] wanted = [.. holder.Current.Providers.Where(static p => p.Settings.Enabled && !p.IsDraining)];
            int down = wanted.Count(p => providers.IsDown(p.Number));
            if (down > 0)
            {
                all.Add(string.Create(CultureInfo.InvariantCulture, $"{down} of {wanted.Length} providers down"));
            }

            if (engine.Clock.Trouble is { } clock)
            {
                all.Add(clock);
            }

            return all;
        }
    }

    /// <inheritdoc/>
    public async Task<Tenant> PutTenantAsync(string name, TenantSettings settings, CancellationToken cancellationToken)
    {
        TenantPut put = await Ask(grains.GetGrain<ITenantGrain>(name).PutAsync(settings), cancellationToken);
        TenantEntry entry = put.Entry ?? throw new SettingsConflictException(put.Conflict!);
        return holder.Current.FindTenant(name) ?? new Tenant(entry.Number, entry.Name, entry.Settings, entry.Credit);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteTenantAsync(string name, CancellationToken cancellationToken) => Ask(grains.GetGrain<ITenantGrain>(name).DeleteAsync(), cancellationToken);

    /// <inheritdoc/>
    public long? BalanceOf(int tenant) => credit.BalanceOf(tenant);

    /// <inheritdoc/>
    public Task<CreditOutcome> AddCreditAsync(string tenant, long amount, string reference, CancellationToken cancellationToken) =>
        Ask(grains.GetGrain<ITenantGrain>(tenant).AddCreditAsync(amount, reference), cancellationToken);

    /// <inheritdoc/>
    public Task<ApiKey?> AddKeyAsync(string tenant, ApiKey asked, CancellationToken cancellationToken) =>
        Ask(grains.GetGrain<ITenantGrain>(tenant).AddKeyAsync(asked), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveKeyAsync(string tenant, string id, CancellationToken cancellationToken) =>
        Ask(grains.GetGrain<ITenantGrain>(tenant).RemoveKeyAsync(id), cancellationToken);

    /// <inheritdoc/>
    public Task<ApiKey> AddOperatorKeyAsync(ApiKey asked, CancellationToken cancellationToken) => Ask(grains.GetGrain<ICatalogGrain>(0).AddOperatorKeyAsync(asked), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveOperatorKeyAsync(string id, CancellationToken cancellationToken) =>
        Ask(grains.GetGrain<ICatalogGrain>(0).RemoveOperatorKeyAsync(id), cancellationToken);

    /// <inheritdoc/>
    public async Task<SettingsFault?> PutTemplateAsync(Tenant tenant, TemplateSettings template, CancellationToken cancellationToken)
    {
        TemplateAnswer answer = await Ask(grains.GetGrain<ITenantGrain>(tenant.Name).PutTemplateAsync(tenant.Number, template), cancellationToken);
        return answer.Field is null ? null : new SettingsFault(answer.Field, answer.Detail!);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveTemplateAsync(string tenant, string name, string language, CancellationToken cancellationToken) =>
        Ask(grains.GetGrain<ITenantGrain>(tenant).RemoveTemplateAsync(name, language), cancellationToken);

    /// <inheritdoc/>
    public async Task<ProviderAccount> PutProviderAsync(string name, ProviderSettings settings, CancellationToken cancellationToken)
    {
        ProviderEntry entry = await Ask(grains.GetGrain<IProviderGrain>(name).PutAsync(settings), cancellationToken);
        return holder.Current.FindProvider(name) ?? new ProviderAccount(entry.Number, entry.Name, entry.Settings);
    }

    /// <inheritdoc/>
    public async Task<ProviderAccount?> DrainProviderAsync(string name, bool drains, CancellationToken cancellationToken)
    {
        ProviderEntry? entry = await Ask(grains.GetGrain<IProviderGrain>(name).DrainAsync(drains), cancellationToken);
        return entry is null ? null : holder.Current.FindProvider(name) ?? new ProviderAccount(entry.Number, entry.Name, entry.Settings, entry.IsDraining);
    }

    /// <inheritdoc/>
    public Task<ProviderRemoval> DeleteProviderAsync(string name, CancellationToken cancellationToken) =>
        Ask(grains.GetGrain<IProviderGrain>(name).DeleteAsync(), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SiloLook>> SilosAsync(CancellationToken cancellationToken)
    {
        IEnumerable<ClusterMember> members = membership.CurrentSnapshot.Members.Values.Where(static m => m.Status != SiloStatus.Dead);
        return await Task.WhenAll(members.OrderBy(static m => m.SiloAddress).Select(LookAsync)).WaitAsync(cancellationToken);
    }

    private async Task<SiloLook> LookAsync(ClusterMember member)
    {
        string status = member.Status.ToString().ToLowerInvariant();
        try
        {
            if (member.Status == SiloStatus.Active)
            {
                return await silos.Of(member.SiloAddress).LookAsync();
            }
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            // What it would have told is not known: that shows.
        }

        return new SiloLook(member.SiloAddress.ToParsableString(), status, false, 0, 0, []);
    }

    /// <inheritdoc/>
    public Task PutRoutesAsync(IReadOnlyList<RouteSettings> routes, CancellationToken cancellationToken) =>
        Ask(PutRoutesAsync(routes), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ShardPlacement>> ShardsAsync(CancellationToken cancellationToken)
    {
        await keeper.TouchAllAsync(cancellationToken);
        return keeper.Placements();
    }

    private async Task<bool> PutRoutesAsync(IReadOnlyList<RouteSettings> routes)
    {
        await grains.GetGrain<ICatalogGrain>(0).PutRoutesAsync([.. routes]);
        return true;
    }

    // What Orleans throws when a silo dies under a call, or an answer does not come: the fate is not known.
    private static async Task<T> Ask<T>(Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            throw new AdministrationUnavailableException("the silo that keeps this did not answer; ask again", exception);
        }
    }
}
