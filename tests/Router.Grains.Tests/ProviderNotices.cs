using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Providers;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary><c>provider.up</c> and <c>provider.down</c>: told to the tenants concerned, once it lasts, when no silo has a session.</summary>
public sealed class ProviderNotices
{
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

    private static (int Tenant, NoticeKind Kind, int Provider)[] Told(RouterCluster cluster) =>
        [.. cluster.Store.Log.ReadAll().Select(static e => e.Entry).Where(static e => e.Kind == EntryKind.Notice).Select(static e => (e.Tenant, e.Notice, e.Provider))];
}
