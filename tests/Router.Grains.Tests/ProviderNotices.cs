using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Providers;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary><c>provider.up</c> and <c>provider.down</c>: told to the tenants concerned, once it lasts, when no silo has a session.</summary>
public sealed class ProviderNotices
{
    // What the silo itself sees is not reported.
    private static readonly RouterSiloOptions Unwatched = new() { TouchInterval = TimeSpan.FromMilliseconds(100), HealthRest = TimeSpan.FromHours(1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Down_is_told_when_no_silo_has_a_session_and_up_when_one_has_again()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(
            new StoredGrains(),
            options: new RouterSiloOptions
            {
                TouchInterval = TimeSpan.FromMilliseconds(100), HealthRest = TimeSpan.FromMilliseconds(50), HealthFirst = TimeSpan.FromMilliseconds(50), HealthPause = TimeSpan.Zero,
            });
        Tenant acme = await cluster.ConfigureAsync(Stop);
        await cluster.WaitForAsync(() => cluster.Carrier.Providers.Count == 2);

        Turn(0, up: false);
        Turn(1, up: false);
        await cluster.WaitForAsync(() => Told(cluster).Length == 1);
        Turn(1, up: true);
        await cluster.WaitForAsync(() => Told(cluster).Length == 2);

        Assert.Equal([(acme.Number, NoticeKind.ProviderDown, 1), (acme.Number, NoticeKind.ProviderUp, 1)], Told(cluster));

        void Turn(int silo, bool up) => cluster.Carrier.Providers.Single(p => p.Silo == cluster.Silos[silo].Name).Turn(up);
    }

    [Fact]
    public async Task A_session_anywhere_is_up_and_a_silo_that_said_nothing_may_have_one()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant acme = await cluster.ConfigureAsync(Stop);
        IProviderHealthGrain grain = cluster.Of<IGrainFactory>(0).GetGrain<IProviderHealthGrain>(1);
        SiloAddress first = cluster.Silos[0].SiloAddress;
        SiloAddress second = cluster.Silos[1].SiloAddress;

        Assert.False(await grain.ReportAsync(first, up: false));
        Assert.True(await grain.ReportAsync(second, up: true));
        Assert.True(await grain.ReportAsync(first, up: false));
        Assert.Empty(Told(cluster));

        Assert.True(await grain.ReportAsync(second, up: false));
        Assert.Equal([(acme.Number, NoticeKind.ProviderDown, 1)], Told(cluster));

        // Flapping: no second telling within ten seconds.
        Assert.False(await grain.ReportAsync(second, up: true));
        Assert.True(await grain.ReportAsync(second, up: false));
        Assert.Single(Told(cluster));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_may_have_been_told_it_is_down_is_told_it_is_up_though_not_all_heard_of_it(bool keptAllTheSame)
    {
        RefusedNotices refused = new() { AreKept = keptAllTheSame };
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1, Unwatched, more: refused.AddTo);
        (Tenant acme, Tenant other, IProviderHealthGrain grain) = await TwoTenantsAsync(cluster);
        SiloAddress silo = cluster.Silos[0].SiloAddress;

        refused.Tenant = other.Number;
        Assert.False(await grain.ReportAsync(silo, up: false)); // the shard of its notices moves, say
        refused.Tenant = 0;
        Assert.True(await grain.ReportAsync(silo, up: true));

        Assert.Equal([NoticeKind.ProviderDown, NoticeKind.ProviderUp], ToldTo(acme));
        Assert.Equal(keptAllTheSame ? [NoticeKind.ProviderDown, NoticeKind.ProviderUp] : [NoticeKind.ProviderUp], ToldTo(other)); // an "up" too many is nothing to worry about
        Assert.True(await grain.ReportAsync(silo, up: true));
        Assert.Equal(2, ToldTo(acme).Length);

        NoticeKind[] ToldTo(Tenant tenant) => [.. Told(cluster).Where(t => t.Tenant == tenant.Number).Select(static t => t.Kind)];
    }

    [Fact]
    public async Task Killed_before_what_was_told_is_kept_it_tells_all_how_it_is_now()
    {
        StoredGrains stored = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1, Unwatched);
        (Tenant acme, Tenant other, IProviderHealthGrain grain) = await TwoTenantsAsync(cluster);
        SiloAddress silo = cluster.Silos[0].SiloAddress;

        stored.FailWriteAfter(1); // the one before it says that they are being told
        await Assert.ThrowsAsync<AdministrationUnavailableException>(() => grain.ReportAsync(silo, up: false));
        Assert.True(await grain.ReportAsync(silo, up: true)); // another activation, which knows what is stored

        Assert.Equal(
            new (int, NoticeKind)[] { (acme.Number, NoticeKind.ProviderDown), (acme.Number, NoticeKind.ProviderUp), (other.Number, NoticeKind.ProviderDown), (other.Number, NoticeKind.ProviderUp) }.Order(),
            Told(cluster).Select(static t => (t.Tenant, t.Kind)).Order());
    }

    private static async Task<(Tenant First, Tenant Second, IProviderHealthGrain Grain)> TwoTenantsAsync(RouterCluster cluster)
    {
        Tenant first = await cluster.ConfigureAsync(Stop);
        Tenant second = await cluster.Administration(0).PutTenantAsync("other", new TenantSettings { Name = "Other" }, Stop);
        return (first, second, cluster.Of<IGrainFactory>(0).GetGrain<IProviderHealthGrain>(1));
    }

    private static (int Tenant, NoticeKind Kind, int Provider)[] Told(RouterCluster cluster) =>
        [.. cluster.Store.Log.ReadAll().Select(static e => e.Entry).Where(static e => e.Kind == EntryKind.Notice).Select(static e => (e.Tenant, e.Notice, e.Provider))];
}
