using Router.Core.Templates;
using Router.Core.Tenants;
using Router.Grains.Administration;
using Router.Grains.Tenants;

namespace Router.Grains.Tests;

/// <summary>What operators change reaches every silo before they are answered, and outlives the cluster.</summary>
public sealed class ConfigurationSpreads
{
    private static readonly TenantSettings Beta = new() { Name = "Beta", Senders = ["+392"] };
    private static readonly TenantSettings Acme = new() { Name = "Acme", Senders = ["+391"], Limits = new TenantLimits { PerChannel = new Dictionary<string, int> { ["sms"] = 50 } } };
    private static readonly ProviderSettings Loopback = new() { Kind = "loopback", Channels = ["sms"], Cost = 0.5m, Settings = """{"latencyMs":1}""" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_a_key_a_provider_and_routes_put_at_one_silo_are_known_at_both_when_answered()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        IAdministration here = cluster.Administration(0);
        IAdministration there = cluster.Administration(1);

        Tenant tenant = await here.PutTenantAsync("acme", Acme, Stop);
        Assert.Equal(tenant.Number, there.Current.FindTenant("acme")!.Number);
        Assert.Equal(50, there.Current.FindTenant("acme")!.Settings.Limits.PerChannel!["sms"]);

        ApiKey key = (await there.AddKeyAsync("acme", new ApiKey("", 42, Role.Admin, 0), Stop))!;
        Assert.Equal(key, here.Current.FindKey(42));
        Assert.Equal(tenant.Number, key.Tenant);

        ProviderAccount provider = await here.PutProviderAsync("lo", Loopback, Stop);
        Assert.Equal(provider.Number, there.Current.FindProvider("lo")!.Number);
        Assert.Equal(0.5m, there.Current.FindProvider("lo")!.Settings.Cost);

        await there.PutRoutesAsync([new RouteSettings { Channel = "sms", Prefix = "39", Providers = ["lo"] }], Stop);
        Assert.Equal("39", Assert.Single(here.Current.RouteSettings).Prefix);
        Assert.Same(here.Current, cluster.Engine(0).Configuration);
        Assert.Same(there.Current, cluster.Engine(1).Configuration);
    }

    [Fact]
    public async Task A_provider_drains_on_every_silo_and_over_a_restart_until_it_is_resumed()
    {
        StoredGrains stored = new();
        await using (RouterCluster first = await RouterCluster.StartAsync(stored))
        {
            await first.Administration(0).PutProviderAsync("lo", Loopback, Stop);
            Assert.True((await first.Administration(0).DrainProviderAsync("lo", true, Stop))!.IsDraining);
            Assert.True(first.Administration(1).Current.FindProvider("lo")!.IsDraining);
            Assert.True((await first.Administration(1).PutProviderAsync("lo", Loopback with { Cost = 2 }, Stop)).IsDraining);
            Assert.Null(await first.Administration(1).DrainProviderAsync("nobody", true, Stop));
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored);
        Assert.True(second.Administration(0).Current.FindProvider("lo")!.IsDraining);
        Assert.False((await second.Administration(0).DrainProviderAsync("lo", false, Stop))!.IsDraining);
        Assert.False(second.Administration(1).Current.FindProvider("lo")!.IsDraining);
    }

    [Fact]
    public async Task A_top_up_counts_once_a_reference_over_restarts_and_a_balance_is_what_is_left_of_what_was_committed()
    {
        StoredGrains stored = new();
        TenantSettings prepaid = Acme with { Balance = 10, Prices = new Dictionary<string, decimal> { ["sms"] = 0.5m } };
        await using (RouterCluster first = await RouterCluster.StartAsync(stored, 1))
        {
            IAdministration admin = first.Administration(0);
            Tenant tenant = await admin.PutTenantAsync("acme", prepaid, Stop);
            Assert.Equal(10 * Money.Unit, admin.BalanceOf(tenant.Number));
            Assert.True(first.Engine(0).Credit.TryReserve(tenant.Number, 4 * Money.Unit));
            Assert.Equal(CreditOutcome.Added, await admin.AddCreditAsync("acme", 3 * Money.Unit, "r1", Stop));
            Assert.Equal(CreditOutcome.Added, await admin.AddCreditAsync("acme", 3 * Money.Unit, "r1", Stop));
            Assert.Equal(CreditOutcome.OtherAmount, await admin.AddCreditAsync("acme", 4 * Money.Unit, "r1", Stop));
            Assert.Equal(CreditOutcome.NotFound, await admin.AddCreditAsync("nobody", 3 * Money.Unit, "r1", Stop));
            Assert.Equal(CreditOutcome.TooMuch, await admin.AddCreditAsync("acme", Money.Of(Money.Max), "r3", Stop));
            Assert.Equal(9 * Money.Unit, admin.BalanceOf(tenant.Number));
            await admin.PutTenantAsync("acme", prepaid with { Balance = 1 }, Stop);
            Assert.Equal(1 * Money.Unit, admin.BalanceOf(tenant.Number)); // whatever is reserved
            first.Engine(0).Credit.GiveBack(tenant.Number, 4 * Money.Unit);
            await admin.PutTenantAsync("acme", prepaid with { Balance = 2 }, Stop);
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored, 1);
        IAdministration kept = second.Administration(0);
        int number = kept.Current.FindTenant("acme")!.Number;
        Assert.Equal(2 * Money.Unit, kept.BalanceOf(number));
        Assert.Equal(CreditOutcome.Added, await kept.AddCreditAsync("acme", 3 * Money.Unit, "r1", Stop));
        Assert.Equal(2 * Money.Unit, kept.BalanceOf(number));
        await kept.PutTenantAsync("acme", Acme, Stop);
        Assert.Null(kept.BalanceOf(number));
        Assert.Equal(CreditOutcome.NotCharged, await kept.AddCreditAsync("acme", 3 * Money.Unit, "r2", Stop));
    }

    [Fact]
    public async Task A_provider_that_a_route_names_is_not_deleted_and_a_deleted_one_keeps_its_number_and_name()
    {
        StoredGrains stored = new();
        int number;
        await using (RouterCluster first = await RouterCluster.StartAsync(stored))
        {
            number = (await first.Administration(0).PutProviderAsync("lo", Loopback, Stop)).Number;
            await first.Administration(0).PutRoutesAsync([new RouteSettings { Channel = "sms", Providers = ["lo"] }], Stop);
            Assert.Equal(ProviderRemoval.InUse, await first.Administration(1).DeleteProviderAsync("lo", Stop));
            Assert.NotNull(first.Administration(1).Current.FindProvider("lo"));
            await first.Administration(0).PutRoutesAsync([], Stop);
            Assert.Equal(ProviderRemoval.Removed, await first.Administration(1).DeleteProviderAsync("lo", Stop));
            Assert.Equal(ProviderRemoval.NotFound, await first.Administration(1).DeleteProviderAsync("lo", Stop));
            Assert.All(new[] { 0, 1 }, silo => Assert.Null(first.Administration(silo).Current.FindProvider("lo")));
            Assert.Equal("lo", first.Administration(0).Current.ProviderName(number));
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored, 1);
        Configuration kept = second.Administration(0).Current;
        Assert.Null(kept.FindProvider("lo"));
        Assert.Equal("lo", kept.ProviderName(number));
        Assert.Equal(number, (await second.Administration(0).PutProviderAsync("lo", Loopback, Stop)).Number);
    }

    [Fact]
    public async Task Every_silo_tells_of_itself_and_its_providers()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        ProviderAccount account = await cluster.Administration(0).PutProviderAsync("carrier", Loopback with { Kind = "carrier" }, Stop);

        // Dispatchers take a provider up in a turn of their own, after the PUT is answered.
        IReadOnlyList<SiloLook> silos = await cluster.Administration(1).SilosAsync(Stop);
        for (int i = 0; i < 1_000 && silos.Any(static s => s.Providers.Length == 0); i++)
        {
            await Task.Delay(10, Stop);
            silos = await cluster.Administration(1).SilosAsync(Stop);
        }

        Assert.Equal(2, silos.Count);
        Assert.All(silos, s => Assert.True(s.Answers && s.Status == "active" && s.Silo.Length > 0));
        Assert.Equal(2, silos.Select(static s => s.Silo).Distinct().Count());
        Assert.All(silos, s => Assert.Equal((account.Number, Engine.Dispatch.BreakerState.Closed), (Assert.Single(s.Providers).Number, s.Providers[0].Breaker)));
    }

    [Fact]
    public async Task A_key_removed_at_one_silo_is_refused_at_both_when_answered()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        await cluster.Administration(0).PutTenantAsync("acme", Acme, Stop);
        ApiKey key = (await cluster.Administration(0).AddKeyAsync("acme", new ApiKey("", 42, Role.Owner, 0), Stop))!;
        ApiKey other = (await cluster.Administration(0).AddKeyAsync("acme", new ApiKey("", 43, Role.Owner, 0), Stop))!;
        Assert.NotEqual(key.Id, other.Id);

        Assert.True(await cluster.Administration(1).RemoveKeyAsync("acme", key.Id, Stop));
        Assert.Null(cluster.Administration(0).Current.FindKey(42));
        Assert.Null(cluster.Administration(1).Current.FindKey(42));
        Assert.NotNull(cluster.Administration(0).Current.FindKey(43));
        Assert.False(await cluster.Administration(1).RemoveKeyAsync("acme", key.Id, Stop));
        Assert.False(await cluster.Administration(1).RemoveKeyAsync("nobody", key.Id, Stop));
        Assert.Null(await cluster.Administration(1).AddKeyAsync("nobody", new ApiKey("", 44, Role.Owner, 0), Stop));
    }

    [Fact]
    public async Task A_key_of_the_operator_goes_whole_to_every_silo_outlives_the_cluster_and_is_removed_everywhere()
    {
        StoredGrains stored = new();
        ApiKey asked = new("", 42, Role.Support, 0) { HashRest = 43, Name = "Night shift", LastFour = "abcd", ExpiresMs = 99 };
        ApiKey made;
        await using (RouterCluster first = await RouterCluster.StartAsync(stored))
        {
            made = await first.Administration(0).AddOperatorKeyAsync(asked, Stop);
            Assert.Equal(asked with { Id = made.Id, CreatedMs = made.CreatedMs }, made);
            Assert.NotEqual(0, made.CreatedMs);
            Assert.Equal(made, first.Administration(1).Current.FindKey(42));
            Assert.Equal([made], first.Administration(1).Current.KeysOf(0));
            Assert.Equal(made, await first.Administration(1).AddOperatorKeyAsync(asked, Stop));
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored);
        Assert.Equal(made, second.Administration(0).Current.FindKey(42));
        Assert.True(await second.Administration(0).RemoveOperatorKeyAsync(made.Id, Stop));
        Assert.Null(second.Administration(1).Current.FindKey(42));
        Assert.False(await second.Administration(0).RemoveOperatorKeyAsync(made.Id, Stop));
    }

    [Fact]
    public void Keys_kept_by_an_earlier_version_are_read()
    {
        const string Kept = """{"number":3,"version":2,"settings":{"name":"Acme"},"keys":[{"id":"k","hash":42,"role":4,"tenant":3}]}""";

        TenantState read = System.Text.Json.JsonSerializer.Deserialize<TenantState>(Kept, System.Text.Json.JsonSerializerOptions.Web)!;

        Assert.Equal([new ApiKey("k", 42, Role.Auditor, 3)], read.Keys);
        Assert.False(read.Keys[0].HasExpired(long.MaxValue));
    }

    [Fact]
    public async Task Templates_reach_every_silo_and_outlive_changes_of_the_tenant_and_the_cluster()
    {
        StoredGrains stored = new();
        await using (RouterCluster cluster = await RouterCluster.StartAsync(stored))
        {
            IAdministration here = cluster.Administration(0);
            IAdministration there = cluster.Administration(1);
            Assert.NotNull(await here.PutTemplateAsync(new Tenant(1, "nobody", Acme), new TemplateSettings("code", "en", "x"), Stop));
            Tenant acme = await here.PutTenantAsync("acme", Acme, Stop);
            Assert.Null(await here.PutTemplateAsync(acme, new TemplateSettings("code", "en", "first"), Stop));
            Assert.Null(await there.PutTemplateAsync(acme, new TemplateSettings("code", "en", "Code {{ code }}"), Stop));
            Assert.Null(await there.PutTemplateAsync(acme, new TemplateSettings("code", "it", "Codice {{ code }}"), Stop));
            Assert.Equal(["Code {{ code }}", "Codice {{ code }}"], here.Current.FindTenant("acme")!.Templates.All.Select(static t => t.Settings.Text));
            Template kept = here.Current.FindTenant("acme")!.Templates.Find("code", "en")!;
            await there.PutTenantAsync("acme", Acme with { Name = "Acme Ltd" }, Stop);
            Assert.Same(kept, here.Current.FindTenant("acme")!.Templates.Find("code", "en")); // compiled once
            Assert.True(await here.RemoveTemplateAsync("acme", "code", "it", Stop));
            Assert.Null(there.Current.FindTenant("acme")!.Templates.Find("code", "it"));
            Assert.False(await here.RemoveTemplateAsync("acme", "code", "it", Stop));
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored, 1);
        Assert.Equal("Code {{ code }}", Assert.Single(second.Administration(0).Current.FindTenant("acme")!.Templates.All).Settings.Text);
    }

    [Fact]
    public async Task The_two_hundred_and_first_template_is_refused_by_the_tenant_itself()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        IAdministration administration = cluster.Administration(0);
        Tenant acme = await administration.PutTenantAsync("acme", Acme, Stop);
        for (int i = 0; i < TemplateRules.CountMax; i++)
        {
            Assert.Null(await administration.PutTemplateAsync(acme, new TemplateSettings($"t{i}", "en", "x"), Stop));
        }

        Assert.Equal("name", (await administration.PutTemplateAsync(acme, new TemplateSettings("more", "en", "x"), Stop))!.Field);
        Assert.Equal(TemplateRules.CountMax, administration.Current.FindTenant("acme")!.Templates.All.Count());
    }

    [Fact]
    public async Task A_restart_keeps_the_configuration_and_never_gives_a_number_again()
    {
        StoredGrains stored = new();
        int acme;
        ApiKey key;
        long version;
        await using (RouterCluster first = await RouterCluster.StartAsync(stored, 1))
        {
            acme = (await first.Administration(0).PutTenantAsync("acme", Acme, Stop)).Number;
            key = (await first.Administration(0).AddKeyAsync("acme", new ApiKey("", 42, Role.Owner, 0), Stop))!;
            await first.Administration(0).PutProviderAsync("lo", Loopback, Stop);
            await first.Administration(0).PutRoutesAsync([new RouteSettings { Channel = "sms", Providers = ["lo"] }], Stop);
            version = first.Administration(0).Current.Version;
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored, 1);
        Configuration kept = second.Administration(0).Current;
        Assert.True(kept.Version > version);
        Assert.Equal(acme, kept.FindTenant("acme")!.Number);
        Assert.Equal(key, kept.FindKey(42));
        Assert.Equal("loopback", kept.FindProvider("lo")!.Settings.Kind);
        Assert.Single(kept.RouteSettings);
        Assert.Equal(acme + 1, (await second.Administration(0).PutTenantAsync("beta", Beta, Stop)).Number);
    }

    [Fact]
    public async Task A_silo_that_joins_has_the_configuration_before_it_is_ready_and_gets_what_changes_later()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        await cluster.Administration(0).PutTenantAsync("acme", Acme, Stop);

        await cluster.StartSiloAsync();
        Assert.NotNull(cluster.Administration(1).Current.FindTenant("acme"));

        await cluster.Administration(0).PutTenantAsync("beta", Beta, Stop);
        Assert.NotNull(cluster.Administration(1).Current.FindTenant("beta"));
    }

    [Fact]
    public async Task A_sender_of_another_tenant_is_refused_and_two_who_ask_at_once_do_not_both_get_it()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Task<Tenant>[] both = [cluster.Administration(0).PutTenantAsync("acme", Acme, Stop), cluster.Administration(1).PutTenantAsync("beta", Acme, Stop)];
        await Task.WhenAll(both).ContinueWith(static _ => { }, TaskScheduler.Default);
        Task<Tenant> refused = Assert.Single(both, static t => t.IsFaulted);
        Assert.Equal("senders[0]", Assert.IsType<SettingsConflictException>(refused.Exception!.InnerException).Fault!.Field);
        Tenant has = Assert.Single(both, static t => t.IsCompletedSuccessfully).Result;
        Tenant again = await cluster.Administration(0).PutTenantAsync(has.Name, Acme, Stop);
        Assert.Equal(has.Number, again.Number);
        Assert.Equal(has.Number, cluster.Administration(1).Current.Numbers.Find("391"u8)!.Value.Tenant.Number);
    }

    [Fact]
    public async Task A_silo_that_died_holds_back_no_change()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        await cluster.KillAsync(1);

        await cluster.Administration(0).PutTenantAsync("acme", Acme, Stop);

        Assert.NotNull(cluster.Administration(0).Current.FindTenant("acme"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_whose_write_fails_is_refused_and_asking_again_puts_it_right(bool storedNevertheless)
    {
        StoredGrains stored = new() { FailAfterStoring = storedNevertheless };
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1);
        IAdministration administration = cluster.Administration(0);
        await administration.PutTenantAsync("acme", Acme, Stop);
        ApiKey key = (await administration.AddKeyAsync("acme", new ApiKey("", 42, Role.Owner, 0), Stop))!;

        stored.FailNextWrite();
        await Assert.ThrowsAsync<AdministrationUnavailableException>(() => administration.RemoveKeyAsync("acme", key.Id, Stop));
        Assert.Equal(!storedNevertheless, await administration.RemoveKeyAsync("acme", key.Id, Stop));

        Assert.Null(administration.Current.FindKey(42));
    }

    [Fact]
    public async Task The_first_operator_key_offered_counts_and_no_later_one()
    {
        StoredGrains stored = new();
        await using (RouterCluster first = await RouterCluster.StartAsync(stored, 1))
        {
            Assert.True(await first.Of<OperatorKeys>(0).OfferAsync(7, Stop));
            Assert.False(await first.Of<OperatorKeys>(0).OfferAsync(8, Stop));
        }

        await using RouterCluster second = await RouterCluster.StartAsync(stored, 1);
        Assert.False(await second.Of<OperatorKeys>(0).OfferAsync(9, Stop));
        Assert.Equal(Role.Operator, second.Administration(0).Current.FindKey(7)!.Role);
        Assert.Null(second.Administration(0).Current.FindKey(9));
    }
}
