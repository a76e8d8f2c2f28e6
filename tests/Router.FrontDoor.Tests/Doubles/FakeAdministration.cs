using Router.Core.Templates;
using Router.Core.Tenants;
using Router.Grains.Administration;
using Router.Testing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>The configuration in memory.</summary>
internal sealed class FakeAdministration : IAdministration
{
    private readonly Lock sync = new();
    private int lastKey;

    public Configuration Current { get; private set; } = Configuration.Empty;

    public string? NotReadyBecause { get; set; }

    public IReadOnlyList<string> Troubles { get; set; } = [];

    /// <summary>Every change fails.</summary>
    public bool Unavailable { get; set; }

    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];

    public Task<Tenant> PutTenantAsync(string name, TenantSettings settings, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            if (TenantClaims.FindConflict(settings, Current.Tenants.Where(t => t.Name != name).Select(static t => (t.Name, t.Settings))) is { } conflict)
            {
                throw new SettingsConflictException(conflict);
            }

            var tenant = new Tenant(Current.FindTenant(name)?.Number ?? Current.Tenants.Count + 1, name, settings, settings.Balance is { } balance ? new CreditLine(Money.Of(balance) + Committed, 0) : null, Current.FindTenant(name)?.Templates);
            Swap([.. Current.Tenants.Where(t => t.Name != name), tenant], Current.Providers, Current.RouteSettings, Keys);
            return Task.FromResult(tenant);
        }
    }

    /// <summary>A deletion begins and does not end.</summary>
    public Task<bool> DeleteTenantAsync(string name, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            if (Current.FindTenant(name) is not { } found)
            {
                return Task.FromResult(false);
            }

            var closed = new Tenant(found.Number, name, found.Settings) { IsDeleting = true };
            Swap([.. Current.Tenants.Where(t => t.Name != name), closed], Current.Providers, Current.RouteSettings, [.. Keys.Where(k => k.Tenant != found.Number)]);
            return Task.FromResult(true);
        }
    }

    private readonly Dictionary<string, long> topUps = [];

    /// <summary>Spent and reserved by every tenant, millionths.</summary>
    public long Committed { get; set; }

    public long? BalanceOf(int tenant) => Current.FindTenant(tenant)?.Credit is { } line ? line.Total - Committed : null;

    public Task<CreditOutcome> AddCreditAsync(string tenant, long amount, string reference, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            if (Current.FindTenant(tenant) is not { } found)
            {
                return Task.FromResult(CreditOutcome.NotFound);
            }

            if (found.Credit is not { } line)
            {
                return Task.FromResult(CreditOutcome.NotCharged);
            }

            if (topUps.TryGetValue(reference, out long before))
            {
                return Task.FromResult(before == amount ? CreditOutcome.Added : CreditOutcome.OtherAmount);
            }

            topUps.Add(reference, amount);
            var next = new Tenant(found.Number, tenant, found.Settings, line with { Total = line.Total + amount }, found.Templates);
            Swap([.. Current.Tenants.Where(t => t.Name != tenant), next], Current.Providers, Current.RouteSettings, Keys);
            return Task.FromResult(CreditOutcome.Added);
        }
    }

    public Task<SettingsFault?> PutTemplateAsync(Tenant asking, TemplateSettings template, CancellationToken cancellationToken)
    {
        string tenant = asking.Name;
        lock (sync)
        {
            Check();
            TemplateSettings[] others = [.. TemplatesOf(tenant).Where(t => t.Name != template.Name || t.Language != template.Language)];
            SettingsFault? fault = TemplateRules.CheckRoom(others, template);
            if (fault is null)
            {
                PutTemplates(tenant, [.. others, template]);
            }

            return Task.FromResult(fault);
        }
    }

    public Task<bool> RemoveTemplateAsync(string tenant, string name, string language, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            TemplateSettings[] left = [.. TemplatesOf(tenant).Where(t => t.Name != name || t.Language != language)];
            bool removed = left.Length != TemplatesOf(tenant).Count();
            PutTemplates(tenant, left);
            return Task.FromResult(removed);
        }
    }

    public Task<ApiKey?> AddKeyAsync(string tenant, ApiKey asked, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            if (Current.FindTenant(tenant) is not { } found || (asked.Tenant != 0 && asked.Tenant != found.Number))
            {
                return Task.FromResult<ApiKey?>(null);
            }

            return Task.FromResult<ApiKey?>(Add(asked with { Id = $"key{++lastKey}", Tenant = found.Number, CreatedMs = Some.NowMs }));
        }
    }

    public Task<ApiKey> AddOperatorKeyAsync(ApiKey asked, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            return Task.FromResult(Add(asked with { Id = $"key{++lastKey}", Tenant = 0, CreatedMs = Some.NowMs }));
        }
    }

    public Task<bool> RemoveOperatorKeyAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Remove(0, id));

    /// <summary>Adds a key of any form.</summary>
    public ApiKey Add(ApiKey key)
    {
        Swap(Current.Tenants, Current.Providers, Current.RouteSettings, [.. Keys, key]);
        return key;
    }

    public Task<bool> RemoveKeyAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        return Task.FromResult(Remove(Current.FindTenant(tenant)?.Number ?? -1, id));
    }

    private bool Remove(int tenant, string id)
    {
        lock (sync)
        {
            Check();
            ApiKey[] left = [.. Keys.Where(k => k.Id != id || k.Tenant != tenant)];
            bool removed = left.Length != Keys.Count;
            Swap(Current.Tenants, Current.Providers, Current.RouteSettings, left);
            return removed;
        }
    }

    /// <summary>Removes a tenant but not its keys.</summary>
    public void Forget(string tenant) => Swap([.. Current.Tenants.Where(t => t.Name != tenant)], Current.Providers, Current.RouteSettings, Keys);

    public Task<ProviderAccount> PutProviderAsync(string name, ProviderSettings settings, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            var account = new ProviderAccount(Current.FindProvider(name)?.Number ?? Current.Providers.Count + 1, name, settings);
            Swap(Current.Tenants, [.. Current.Providers.Where(p => p.Name != name), account], Current.RouteSettings, Keys);
            return Task.FromResult(account);
        }
    }

    public Task<ProviderAccount?> DrainProviderAsync(string name, bool drains, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            if (Current.FindProvider(name) is not { } known)
            {
                return Task.FromResult<ProviderAccount?>(null);
            }

            var account = new ProviderAccount(known.Number, name, known.Settings, drains);
            Swap(Current.Tenants, [.. Current.Providers.Where(p => p.Name != name), account], Current.RouteSettings, Keys);
            return Task.FromResult<ProviderAccount?>(account);
        }
    }

    public Task<ProviderRemoval> DeleteProviderAsync(string name, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            if (Current.RouteSettings.Any(r => r.Providers.Contains(name)))
            {
                return Task.FromResult(ProviderRemoval.InUse);
            }

            bool known = Current.FindProvider(name) is not null;
            Swap(Current.Tenants, [.. Current.Providers.Where(p => p.Name != name)], Current.RouteSettings, Keys);
            return Task.FromResult(known ? ProviderRemoval.Removed : ProviderRemoval.NotFound);
        }
    }

    /// <summary>What the silos say of themselves.</summary>
    public IReadOnlyList<SiloLook> Silos { get; set; } = [];

    public Task<IReadOnlyList<SiloLook>> SilosAsync(CancellationToken cancellationToken) => Task.FromResult(Silos);

    public Task PutRoutesAsync(IReadOnlyList<RouteSettings> routes, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            Check();
            Swap(Current.Tenants, Current.Providers, routes, Keys);
            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<ShardPlacement>> ShardsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ShardPlacement>>([new ShardPlacement(0, "127.0.0.1:1", 7, 3), new ShardPlacement(1, "", 0, 0)]);

    private void Swap(IEnumerable<Tenant> tenants, IEnumerable<ProviderAccount> providers, IReadOnlyList<RouteSettings> routes, IReadOnlyList<ApiKey> keys)
    {
        Keys = keys;
        Current = new Configuration(Current.Version + 1, tenants, providers, routes, keys);
    }

    private IEnumerable<TemplateSettings> TemplatesOf(string tenant) => Current.FindTenant(tenant)!.Templates.All.Select(static t => t.Settings);

    private void PutTemplates(string tenant, TemplateSettings[] templates)
    {
        Tenant before = Current.FindTenant(tenant)!;
        var next = new Tenant(before.Number, before.Name, before.Settings, before.Credit, TemplateSet.Of(templates, before.Templates));
        Swap([.. Current.Tenants.Where(t => t.Name != tenant), next], Current.Providers, Current.RouteSettings, Keys);
    }

    private void Check()
    {
        if (Unavailable)
        {
            throw new AdministrationUnavailableException();
        }
    }
}
