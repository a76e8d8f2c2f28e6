using Microsoft.Extensions.Logging;
using Router.Core.Templates;
using Router.Core.Tenants;
using Router.Engine.Credit;
using Router.Engine.Shards;
using Router.Grains.Administration;
using Router.Grains.Catalog;

namespace Router.Grains.Tenants;

/// <inheritdoc cref="ITenantGrain"/>
internal sealed partial class TenantGrain(
    [PersistentState("tenant", RouterSilo.StorageName)] IPersistentState<TenantState> state, IShards shards, CreditPool credit, IEnumerable<ITenantRemains> remains, TimeProvider time,
    ILogger<TenantGrain> log) : Grain, ITenantGrain
{
    // A tenth of a balance is low.
    private const int LowShare = 10;

    // A reference counts once among so many; the whole state is written with each.
    private const int TopUpsKept = 1_000;

    private TopUp[] topUps = [];

    // What storage is known to hold. Never the state object itself: that one is changed before a write is known to have worked.
    private TenantEntry? kept;

    private ICatalogGrain Catalog => GrainFactory.GetGrain<ICatalogGrain>(0);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        TenantState read = state.State;
        kept = read.Settings is null ? null : new TenantEntry(this.GetPrimaryKeyString(), read.Number, read.Version, read.Settings, read.Keys, read.Credit, read.Templates) { Deleting = read.Deleting };
        topUps = read.TopUps;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<TenantEntry?> ReadAsync() => new(kept);

    /// <inheritdoc/>
    public async Task<TenantPut> PutAsync(TenantSettings settings)
    {
        await ForgetIfGoneAsync();
        if (kept is { Deleting: true })
        {
            throw new AdministrationUnavailableException("the tenant is being deleted; ask again");
        }

        string name = this.GetPrimaryKeyString();
        if (await Catalog.ClaimAsync(name, settings) is { } conflict)
        {
            return conflict;
        }

        int number = kept?.Number ?? await Catalog.NumberTenantAsync(name);
        TenantEntry entry = await KeepAsync(new TenantEntry(name, number, (kept?.Version ?? 0) + 1, settings, kept?.Keys ?? [], LineOf(number, settings), kept?.Templates ?? []));
        await Catalog.PublishTenantAsync(entry);
        return new TenantPut(entry);
    }

    /// <inheritdoc/>
    public async Task<ApiKey?> AddKeyAsync(ApiKey asked)
    {
        // One who was admitted as the tenant that had this name before must not get a key of this one.
        if (kept is null or { Deleting: true } || (asked.Tenant != 0 && asked.Tenant != kept.Number))
        {
            return null;
        }

        ApiKey? key = Array.Find(kept.Keys, k => k.Hash == asked.Hash);
        if (key is null)
        {
            DateTimeOffset now = time.GetUtcNow();
            key = asked with { Id = Guid.CreateVersion7(now).ToString(), Tenant = kept.Number, CreatedMs = now.ToUnixTimeMilliseconds() };
            await KeepAsync(kept with { Version = kept.Version + 1, Keys = [.. kept.Keys, key] });
            LogKeyAdded(key.Id, key.Role, kept.Name);
        }

        await Catalog.PublishTenantAsync(kept);
        return key;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveKeyAsync(string id)
    {
        if (kept is null or { Deleting: true })
        {
            return false;
        }

        ApiKey[] left = Array.FindAll(kept.Keys, k => k.Id != id);
        bool found = left.Length < kept.Keys.Length;
        if (found)
        {
            await KeepAsync(kept with { Version = kept.Version + 1, Keys = left });
            LogKeyRemoved(id, kept.Name);
        }

        // Also when it was not found: an earlier removal may have been kept and then not have reached every silo.
        await Catalog.PublishTenantAsync(kept);
        return found;
    }

    /// <inheritdoc/>
    public async Task<TemplateAnswer> PutTemplateAsync(int number, TemplateSettings template)
    {
        if (kept is null or { Deleting: true } || kept.Number != number)
        {
            return new TemplateAnswer("name", "has no tenant (any more)");
        }

        TemplateSettings[] others = Array.FindAll(kept.Templates, t => t.Name != template.Name || t.Language != template.Language);
        if (TemplateRules.CheckRoom(others, template) is { } fault)
        {
            return new TemplateAnswer(fault.Field, fault.Predicate);
        }

        await KeepAsync(kept with { Version = kept.Version + 1, Templates = [.. others, template] });
        LogTemplatePut(template.Name, template.Language, kept.Name);
        await Catalog.PublishTenantAsync(kept);
        return default;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveTemplateAsync(string name, string language)
    {
        if (kept is null or { Deleting: true })
        {
            return false;
        }

        TemplateSettings[] left = Array.FindAll(kept.Templates, t => t.Name != name || t.Language != language);
        bool found = left.Length < kept.Templates.Length;
        if (found)
        {
            await KeepAsync(kept with { Version = kept.Version + 1, Templates = left });
            LogTemplateRemoved(name, language, kept.Name);
        }

        // As for keys: an earlier removal may have been kept and then not have reached every silo.
        await Catalog.PublishTenantAsync(kept);
        return found;
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync()
    {
        await ForgetIfGoneAsync();
        if (kept is null)
        {
            return false;
        }

        if (!kept.Deleting)
        {
            await KeepAsync(kept with { Version = kept.Version + 1, Keys = [], Deleting = true });
            LogDeleting(kept.Name, kept.Number);
        }

        await Catalog.PublishTenantAsync(kept);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Steps, each of which may be done again after a crash: every silo knows that the tenant is closed · what waits is cancelled, what is with providers settles · all that is kept of the tenant
    /// is destroyed, its keys among it · the catalog frees the name, takes it out of the routes and remembers the number for ever · the state is emptied.
    /// </remarks>
    public async Task<bool> GoOnAsync()
    {
        await ForgetIfGoneAsync();
        if (kept is not { Deleting: true } tenant)
        {
            return false;
        }

        // A silo that missed it might still accept; and a step before may not have reached the catalog.
        await Catalog.PublishTenantAsync(tenant);
        var filter = new PurgeFilter(tenant.Number, null, null);
        if (await shards.PurgeAsync(filter, CancellationToken.None) is not 0 || await shards.QueuesAsync(filter, CancellationToken.None) is not { IsWhole: true, Queues.Count: 0 })
        {
            return true;
        }

        foreach (ITenantRemains one in remains)
        {
            await one.DestroyAsync(tenant.Number, tenant.Name);
        }

        await Catalog.RemoveTenantAsync(tenant.Name, tenant.Number);
        await EmptyAsync();
        LogDeleted(tenant.Name, tenant.Number);
        return false;
    }

    // A deletion that died after its last step but one: the name is free already, only this state was left.
    private async Task ForgetIfGoneAsync()
    {
        if (kept is { Deleting: true } tenant && await Catalog.IsGoneAsync(tenant.Number))
        {
            await EmptyAsync();
        }
    }

    /// <inheritdoc/>
    public async Task<CreditOutcome> AddCreditAsync(long amount, string reference)
    {
        if (kept is null or { Deleting: true })
        {
            return CreditOutcome.NotFound;
        }

        TopUp? before = Array.Find(topUps, t => t.Reference == reference);
        if (before is not null && before.Amount != amount)
        {
            return CreditOutcome.OtherAmount;
        }

        if (before is null)
        {
            if (kept.Credit is not { } line)
            {
                return CreditOutcome.NotCharged;
            }

            long balance = line.Total + amount - credit.CommittedOf(kept.Number);
            if (balance > Money.Of(Money.Max))
            {
                return CreditOutcome.TooMuch;
            }

            TopUp[] next = [.. topUps.TakeLast(TopUpsKept - 1), new TopUp(reference, amount)];
            await KeepAsync(kept with { Version = kept.Version + 1, Credit = new CreditLine(line.Total + amount, balance / LowShare) }, next);
            LogCredit(kept.Name, Money.ToUnits(amount));
        }

        await Catalog.PublishTenantAsync(kept);
        return CreditOutcome.Added;
    }

    // The balance is what is left of the line: so it is set now, whatever is spent until every silo has it.
    private CreditLine? LineOf(int number, TenantSettings settings) =>
        settings.Balance is { } balance ? new CreditLine(Money.Of(balance) + credit.CommittedOf(number), Money.Of(balance) / LowShare) : null;

    private async Task EmptyAsync()
    {
        await WriteAsync(new TenantState());
        topUps = [];
        kept = null;
    }

    private Task<TenantEntry> KeepAsync(TenantEntry entry) => KeepAsync(entry, topUps);

    private async Task<TenantEntry> KeepAsync(TenantEntry entry, TopUp[] nextTopUps)
    {
        await WriteAsync(new TenantState
        {
            Number = entry.Number, Version = entry.Version, Settings = entry.Settings, Keys = entry.Keys, Credit = entry.Credit, Templates = entry.Templates, TopUps = nextTopUps, Deleting = entry.Deleting,
        });
        topUps = nextTopUps;
        return kept = entry;
    }

    private async Task WriteAsync(TenantState next)
    {
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
            LogNotKept(this.GetPrimaryKeyString(), exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the tenant could not be stored; ask again", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "key {Key} ({Role}) of tenant {Tenant} was added")]
    private partial void LogKeyAdded(string key, Role role, string tenant);

    [LoggerMessage(2, LogLevel.Information, "the balance of tenant {Tenant} was topped up by {Amount}")]
    private partial void LogCredit(string tenant, decimal amount);

    [LoggerMessage(3, LogLevel.Information, "key {Key} of tenant {Tenant} was removed")]
    private partial void LogKeyRemoved(string key, string tenant);

    [LoggerMessage(4, LogLevel.Information, "tenant {Tenant} (number {Number}) is being deleted")]
    private partial void LogDeleting(string tenant, int number);

    [LoggerMessage(5, LogLevel.Information, "tenant {Tenant} (number {Number}) was deleted and its keys were destroyed")]
    private partial void LogDeleted(string tenant, int number);

    [LoggerMessage(6, LogLevel.Information, "template {Template}/{Language} of tenant {Tenant} was put")]
    private partial void LogTemplatePut(string template, string language, string tenant);

    [LoggerMessage(7, LogLevel.Information, "template {Template}/{Language} of tenant {Tenant} was removed")]
    private partial void LogTemplateRemoved(string template, string language, string tenant);

    [LoggerMessage(8, LogLevel.Error, "tenant {Tenant} could not be stored; whoever changed it is told to ask again")]
    private partial void LogNotKept(string tenant, Exception exception);
}
