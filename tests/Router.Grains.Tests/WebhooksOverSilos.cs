using Router.Core.Tenants;
using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Grains.Administration;
using Router.Grains.Webhooks;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary>A webhook is delivered to by one silo at a time, from where it was kept.</summary>
public sealed class WebhooksOverSilos
{
    private static readonly WebhookSettings Settings = new() { Url = "https://hooks.example.com/x", Events = ["message.*"] };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_silo_delivers_and_after_its_death_another_goes_on_from_what_was_kept()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        WebhookView? made = await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.NotNull(made?.Secret);
        await cluster.WaitForAsync(() => cluster.Deliveries.Going.Count == 1);
        StartedDelivery first = cluster.Deliveries.Going[0];
        await first.ReachAsync(new LogPosition(40, 2));
        first.Reach(new LogPosition(50, 0));
        int where = cluster.Silos[0].Name == first.Silo ? 0 : 1;

        await cluster.KillAsync(where);

        await cluster.WaitForAsync(() => cluster.Deliveries.Started.Any(d => d.Silo != first.Silo));
        StartedDelivery second = cluster.Deliveries.Started.Single(d => d.Silo != first.Silo);
        Assert.Equal(new LogPosition(40, 2), second.From.Position);
        Assert.Equal((first.Plan.Tenant, first.Plan.Name, first.Plan.Url, first.Plan.Filter), (second.Plan.Tenant, second.Plan.Name, second.Plan.Url, second.Plan.Filter));
        Assert.Equal(made!.Secret, WebhookSecret.ToText(second.Plan.Secret));
    }

    [Fact]
    public async Task A_change_goes_on_from_the_last_word_of_the_delivery_before()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        WebhookView? made = await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        StartedDelivery first = Assert.Single(cluster.Deliveries.Started);
        first.Reach(new LogPosition(9, 1));

        WebhookView? changed = await cluster.Webhooks(1).PutAsync(tenant.Number, "one", Settings with { Events = ["*"] }, Stop);
        StartedDelivery second = Assert.Single(cluster.Deliveries.Going);
        WebhookView? rotated = await cluster.Webhooks(1).RotateAsync(tenant.Number, "one", Stop);
        StartedDelivery third = Assert.Single(cluster.Deliveries.Going);
        WebhookView? paused = await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings with { Enabled = false }, Stop);

        Assert.Null(changed!.Secret);
        Assert.Equal(new LogPosition(9, 1), second.From.Position);
        Assert.NotEqual(made!.Secret, rotated!.Secret);
        Assert.Equal((rotated.Secret, made.Secret), (WebhookSecret.ToText(third.Plan.Secret), WebhookSecret.ToText(third.Plan.OldSecret)));
        Assert.False(paused!.Enabled);
        Assert.Empty(cluster.Deliveries.Going);
        Assert.True(await cluster.Webhooks(0).RedeliverAsync(tenant.Number, "one", new LogPosition(3, 0), Stop));
        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.Equal(new LogPosition(3, 0), Assert.Single(cluster.Deliveries.Going).From.Position);
    }

    [Fact]
    public async Task Disabled_is_kept_and_told_once_and_a_put_enables_it()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        StartedDelivery first = Assert.Single(cluster.Deliveries.Started);

        await first.ReachAsync(new LogPosition(5, 0), DeliveryState.Failed);
        first.IsStopped = true; // as a delivery does by itself then

        WebhookView? shown = await cluster.Webhooks(1).FindAsync(tenant.Number, "one", Stop);
        Assert.Equal((false, "failing"), (shown!.Enabled, shown.DisabledBecause));
        await cluster.WaitForAsync(() => Notices(cluster).Length > 0);
        JournalEntry notice = Assert.Single(Notices(cluster));
        Assert.Equal((tenant.Number, NoticeKind.WebhookDisabled), (notice.Tenant, notice.Notice));
        Assert.Equal("one", await cluster.Webhooks(0).NameOfAsync(notice.Tenant, notice.Provider, Stop));
        Assert.Null(await cluster.Webhooks(0).NameOfAsync(notice.Tenant + 1, notice.Provider, Stop));

        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.Equal(new LogPosition(5, 0), Assert.Single(cluster.Deliveries.Going).From.Position);
    }

    [Fact]
    public async Task Removed_is_forgotten_and_made_anew_it_is_another()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        IWebhooks webhooks = cluster.Webhooks(1);
        WebhookView? first = await webhooks.PutAsync(tenant.Number, "one", Settings, Stop);
        await webhooks.PutAsync(tenant.Number, "two", Settings, Stop);
        Assert.Equal(["one", "two"], (await webhooks.ListAsync(tenant.Number, Stop)).Select(static w => w.Name));
        Assert.Empty(await webhooks.ListAsync(tenant.Number + 1, Stop));
        Assert.Null(await webhooks.FindAsync(tenant.Number + 1, "one", Stop));
        Assert.False(await webhooks.RemoveAsync(tenant.Number + 1, "one", Stop));

        Assert.True(await webhooks.RemoveAsync(tenant.Number, "one", Stop));
        Assert.False(await webhooks.RemoveAsync(tenant.Number, "one", Stop));
        Assert.Null(await webhooks.RotateAsync(tenant.Number, "one", Stop));
        Assert.Equal("two", Assert.Single(cluster.Deliveries.Going).Plan.Name);
        WebhookView? second = await webhooks.PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.NotNull(second!.Secret);
        Assert.NotEqual(first!.Secret, second.Secret);

        await webhooks.RemoveAllAsync(tenant.Number, Stop);
        Assert.Empty(cluster.Deliveries.Going);
        Assert.Empty(await webhooks.ListAsync(tenant.Number, Stop));
    }

    // Kept awake as webhooks are, with nothing to deliver: who makes and removes them under ever new names filled the memory.
    [Fact]
    public async Task Removed_it_sleeps_and_whoever_still_calls_it_does_not_keep_it_awake()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.True(await cluster.IsAwakeAsync(tenant.Number, "one"));

        Assert.True(await cluster.Webhooks(0).RemoveAsync(tenant.Number, "one", Stop));
        await SleepsAsync(cluster, tenant);

        // By a list from before.
        await cluster.Of<IGrainFactory>(0).GetGrain<IWebhookGrain>(WebhookKey.Of(tenant.Number, "one")).TouchAsync();
        await SleepsAsync(cluster, tenant);
        Assert.NotNull((await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop))!.Secret);
        Assert.Single(cluster.Deliveries.Going);
    }

    private static async Task SleepsAsync(RouterCluster cluster, Tenant tenant)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (await cluster.IsAwakeAsync(tenant.Number, "one"))
        {
            await Task.Delay(10, limit.Token);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_fails_is_told_and_asked_again_it_is_there(bool storedAllTheSame)
    {
        StoredGrains stored = new() { FailAfterStoring = storedAllTheSame };
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, silos: 1);
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.Single(cluster.Deliveries.Going).Reach(new LogPosition(9, 1));

        stored.FailNextWrite();
        await Assert.ThrowsAsync<AdministrationUnavailableException>(() => cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings with { Events = ["*"] }, Stop));

        // Whoever reads next finds what is stored; the delivery goes on.
        WebhookView? again = await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings with { Events = ["provider.up"] }, Stop);
        Assert.Equal(["provider.up"], again!.Events);
        Assert.Single(cluster.Deliveries.Going);
    }

    [Fact]
    public async Task Put_while_it_is_removed_it_is_there_or_it_is_not_but_never_out_of_sight()
    {
        HeldCalls calls = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1, more: calls.AddTo);
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        IWebhooks webhooks = cluster.Webhooks(0);
        await webhooks.PutAsync(tenant.Number, "one", Settings, Stop);

        calls.Held = nameof(IWebhookListGrain.RemoveAsync);
        calls.Awaited = nameof(IWebhookGrain.PutAsync);
        Task<bool> removed = webhooks.RemoveAsync(tenant.Number, "one", Stop);
        await calls.IsHeld;
        Task<WebhookView?> put = webhooks.PutAsync(tenant.Number, "one", Settings, Stop);
        await calls.IsUnderWay;
        calls.Release();

        Assert.True(await removed);
        Assert.NotNull((await put)?.Secret);
        Assert.NotNull(await webhooks.FindAsync(tenant.Number, "one", Stop));
        Assert.Single(cluster.Deliveries.Going);
        Assert.True(await webhooks.RemoveAsync(tenant.Number, "one", Stop));
        Assert.Empty(cluster.Deliveries.Going);
    }

    [Fact]
    public async Task A_disabling_that_is_kept_is_not_asked_for_again_because_its_notice_could_not_be_ticked_off()
    {
        StoredGrains stored = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, silos: 1);
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        StartedDelivery first = Assert.Single(cluster.Deliveries.Started);

        stored.FailWriteAfter(1);
        await first.ReachAsync(new LogPosition(5, 0), DeliveryState.Gone); // a fault, and the delivery asks for ever: nobody knows it any more
        first.IsStopped = true;

        WebhookView? shown = await cluster.Webhooks(0).FindAsync(tenant.Number, "one", Stop);
        Assert.Equal((false, "gone"), (shown!.Enabled, shown.DisabledBecause));
        Assert.NotEmpty(Notices(cluster));
        await cluster.Webhooks(0).PutAsync(tenant.Number, "one", Settings, Stop);
        Assert.Equal(new LogPosition(5, 0), Assert.Single(cluster.Deliveries.Going).From.Position);
    }

    private static JournalEntry[] Notices(RouterCluster cluster) =>
        [.. cluster.Store.Log.ReadAll().Select(static e => e.Entry).Where(static e => e is { Kind: EntryKind.Notice, Notice: NoticeKind.WebhookDisabled })];
}
