using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Shards;
using Router.Grains.Administration;
using Router.Grains.Conversations;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary>A tenant that is deleted: what stops at once, what goes on by itself whatever fails or dies, and what is left (DESIGN §6, §8).</summary>
public sealed class TenantsEnd
{
    private static readonly RouteSettings Own = new() { Channel = "sms", Tenant = "acme", Providers = ["carrier"] };
    private static readonly RouteSettings All = new() { Channel = "sms", Providers = ["carrier"] };
    private static readonly ApiKey Asked = new("", 42, Role.Owner, 0);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_keys_and_intake_stop_at_both_silos_what_waits_is_cancelled_and_its_name_is_free_under_another_number()
    {
        StoredGrains stored = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored);
        Tenant tenant = await FurnishAsync(cluster);
        List<Posted> waiting = await PostWaitingAsync(cluster, tenant);

        Assert.True(await cluster.Administration(1).DeleteTenantAsync("acme", Stop));

        foreach (int silo in new[] { 0, 1 })
        {
            Assert.Null(cluster.Administration(silo).Current.FindKey(42));
            Assert.True(cluster.Administration(silo).Current.IsClosed(tenant.Number));
            Posted late = await Posted.PostAsync(cluster.Shards(silo), tenant, "+393339999999", Stop);
            Assert.Equal(AcceptOutcome.Unavailable, await late.Outcome);
        }

        await IsGoneAsync(cluster, tenant.Number);

        // Checked before the end, kept after it: its name may be another's soon.
        await cluster.Administration(0).PutRoutesAsync([All, Own], Stop);
        await IsGoneAsync(cluster, tenant.Number);
        HashSet<MessageId> ids = [.. waiting.Select(static p => p.Request.Id)];
        Assert.All(cluster.Store.Snapshot().Where(m => ids.Contains(m.Accepted.Id)), static m => Assert.Equal(MessageStatus.Cancelled, m.Status));
        Tenant again = await cluster.Administration(0).PutTenantAsync("acme", tenant.Settings, Stop);
        Assert.True(again.Number > tenant.Number);
        Assert.False(again.IsDeleting);
        Assert.False(cluster.Administration(1).Current.IsClosed(again.Number));
        Assert.NotNull(await cluster.Administration(0).AddKeyAsync("acme", Asked, Stop));
        Assert.False(await cluster.Administration(0).DeleteTenantAsync("nobody", Stop));
    }

    [Fact]
    public async Task What_is_in_flight_settles_before_its_keys_are_destroyed()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        Tenant tenant = await FurnishAsync(cluster);
        cluster.Carrier.SilentTo = cluster.Silos[0].Name;
        Posted flying = await Posted.PostAsync(cluster.Shards(0), tenant, "+393330000001", Stop);
        Assert.Equal(AcceptOutcome.Accepted, await flying.Outcome);
        await cluster.WaitForAsync(() => cluster.Shards(0).QueuesAsync(new PurgeFilter(tenant.Number, null, null), Stop).AsTask().GetAwaiter().GetResult().Queues is [{ UnderWay: 1 }]);

        await cluster.Administration(0).DeleteTenantAsync("acme", Stop);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await cluster.Of<IGrainFactory>(0).GetGrain<Router.Grains.Tenants.ITenantGrain>("acme").GoOnAsync());
        }

        Assert.Empty(cluster.Remains.Destroyed);
        Assert.True(cluster.Administration(0).Current.FindTenant("acme")!.IsDeleting);
        cluster.Carrier.Settle(flying.Request.Id, cluster.Silos[0].Name);
        await IsGoneAsync(cluster, tenant.Number);
    }

    [Fact]
    public async Task Nothing_of_it_can_be_changed_meanwhile_and_deleting_it_again_changes_nothing()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1, new RouterSiloOptions { TouchInterval = TimeSpan.FromHours(1) });
        Tenant tenant = await FurnishAsync(cluster);
        IAdministration administration = cluster.Administration(0);
        Assert.True(await administration.DeleteTenantAsync("acme", Stop));
        long version = administration.Current.Version;

        await Assert.ThrowsAsync<AdministrationUnavailableException>(() => administration.PutTenantAsync("acme", tenant.Settings, Stop));
        Assert.Null(await administration.AddKeyAsync("acme", Asked, Stop));
        Assert.False(await administration.RemoveKeyAsync("acme", "x", Stop));
        Assert.True(await administration.DeleteTenantAsync("acme", Stop));

        Assert.Equal(version, administration.Current.Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_write_fails_it_ends_and_no_number_is_given_twice(bool storedNevertheless)
    {
        int writes = await CountWritesAsync();
        for (int failing = 0; failing < writes; failing++)
        {
            StoredGrains stored = new() { FailAfterStoring = storedNevertheless };
            await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1);
            Tenant tenant = await FurnishAsync(cluster);
            stored.FailWriteAfter(failing);

            await DeleteUntilBegunAsync(cluster);
            await IsGoneAsync(cluster, tenant.Number);

            Assert.True((await PutUntilKeptAsync(cluster, tenant.Settings)).Number > tenant.Number);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whenever_all_silos_die_it_goes_on_when_they_are_back(bool storedNevertheless)
    {
        int writes = await CountWritesAsync();
        for (int failing = 0; failing < writes; failing++)
        {
            StoredGrains stored = new() { FailAfterStoring = storedNevertheless };
            MemoryStore store = new();
            Tenant tenant;
            bool begun;
            await using (RouterCluster first = await RouterCluster.StartAsync(stored, 1, store: store))
            {
                tenant = await FurnishAsync(first);
                await PostWaitingAsync(first, tenant);
                stored.FailWriteAfter(failing);
                begun = await TryDeleteAsync(first);
                int before = stored.Writes;
                await first.WaitForAsync(() => !begun || stored.Writes > before || first.Administration(0).Current.FindTenant("acme") is null);
                first.Journal(0).Inner.Crash();
                await first.KillAsync(0);
            }

            stored.FailWriteAfter(-1);
            await using RouterCluster second = await RouterCluster.StartAsync(stored, 1, store: store);
            if (!begun)
            {
                await DeleteUntilBegunAsync(second);
            }

            await second.WaitForAsync(() => second.Administration(0).Current.FindTenant("acme") is null);
            Assert.True(second.Administration(0).Current.IsClosed(tenant.Number));
            Assert.DoesNotContain(store.Snapshot(), static m => m.Status is MessageStatus.Accepted or MessageStatus.Queued);
            Assert.True((await PutUntilKeptAsync(second, tenant.Settings)).Number > tenant.Number);
        }
    }

    [Fact]
    public async Task Remains_that_cannot_be_destroyed_now_are_destroyed_later()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        Tenant tenant = await FurnishAsync(cluster);
        cluster.Remains.FailNext();

        await cluster.Administration(0).DeleteTenantAsync("acme", Stop);

        await IsGoneAsync(cluster, tenant.Number);
    }

    [Fact]
    public async Task Who_was_admitted_before_its_end_puts_no_webhook_after_it()
    {
        StoredGrains stored = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1);
        Tenant tenant = await FurnishAsync(cluster);
        await cluster.Administration(0).DeleteTenantAsync("acme", Stop);
        await IsGoneAsync(cluster, tenant.Number);

        Assert.Null(await cluster.Webhooks(0).PutAsync(tenant.Number, "late", new() { Url = "https://hooks.example.com/late", Events = ["*"] }, Stop));
        Assert.Empty(await cluster.Webhooks(0).ListAsync(tenant.Number, Stop));
        Assert.DoesNotContain("hooks.example.com", stored.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_was_admitted_before_its_end_changes_nothing_of_the_next_of_its_name()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        Tenant tenant = await FurnishAsync(cluster);
        IAdministration administration = cluster.Administration(0);
        await administration.DeleteTenantAsync("acme", Stop);
        await IsGoneAsync(cluster, tenant.Number);
        Tenant next = await administration.PutTenantAsync("acme", tenant.Settings, Stop);

        SettingsFault? fault = await administration.PutTemplateAsync(tenant, new("late", "en", "x"), Stop);
        ApiKey? key = await administration.AddKeyAsync("acme", Asked with { Tenant = tenant.Number }, Stop);

        Assert.Multiple(() => Assert.NotNull(fault), () => Assert.Null(key));
        Assert.Empty(administration.Current.FindTenant("acme")!.Templates.All);
        Assert.Null(await administration.PutTemplateAsync(next, new("its", "en", "x"), Stop));
        Assert.NotNull(await administration.AddKeyAsync("acme", Asked with { Tenant = next.Number }, Stop));
    }

    [Fact]
    public async Task What_lay_beside_its_conversations_is_gone_and_nothing_is_put_there_again()
    {
        const string Beside = "conversation/conversation/00000001";
        StoredGrains stored = new();
        MemoryStore store = new();
        ConversationId talk = new(RouterCluster.ContactOf(RouterCluster.NumberIn(5, 0)), 7);
        ConversationId other = new(RouterCluster.ContactOf(RouterCluster.NumberIn(6, 0)), 7);
        await ConversationTests.ReceiveAsync(store, talk, 3);
        await ConversationTests.ReceiveAsync(store, other, 3);
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1, store: store);
        Tenant tenant = await FurnishAsync(cluster);
        IConversations conversations = cluster.Of<IConversations>(0);
        await conversations.LookAsync(tenant.Number, talk, counts: true, "Anna Rossi", Stop);
        Assert.Contains(Beside, stored.Text, StringComparison.Ordinal);

        await cluster.Administration(0).DeleteTenantAsync("acme", Stop);
        await IsGoneAsync(cluster, tenant.Number);
        Assert.DoesNotContain(Beside, stored.Text, StringComparison.Ordinal);

        // Of one that was admitted before.
        Assert.Equal(3u, (await conversations.LookAsync(tenant.Number, other, counts: true, "Anna Rossi", Stop)).Unread);
        Assert.DoesNotContain(Beside, stored.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_older_version_left_of_it_is_destroyed_at_the_next_start_and_once()
    {
        const string Beside = "conversation/conversation/00000001";
        StoredGrains stored = new();
        MemoryStore store = new();
        ConversationId talk = new(RouterCluster.ContactOf(RouterCluster.NumberIn(5, 0)), 7);
        await ConversationTests.ReceiveAsync(store, talk, 3);
        await using (RouterCluster older = await RouterCluster.StartAsync(stored, 1, store: store, more: static silo => Assert.True(silo.Services.Remove(silo.Services.Single(static s => s.ImplementationType == typeof(ConversationRemains))))))
        {
            Tenant tenant = await FurnishAsync(older);
            await older.Of<IConversations>(0).LookAsync(tenant.Number, talk, counts: true, "Anna Rossi", Stop);
            await older.Administration(0).DeleteTenantAsync("acme", Stop);
            await IsGoneAsync(older, tenant.Number);
        }

        Assert.Contains(Beside, stored.Text, StringComparison.Ordinal);
        await using (RouterCluster younger = await RouterCluster.StartAsync(stored, 1, store: store))
        {
            await younger.WaitForAsync(() => !stored.Text.Contains(Beside, StringComparison.Ordinal));
            await EndAnotherAsync(younger);
            Assert.Contains((1, ""), younger.Remains.Destroyed);
        }

        await using RouterCluster next = await RouterCluster.StartAsync(stored, 1, store: store);
        await EndAnotherAsync(next);
        Assert.DoesNotContain((1, ""), next.Remains.Destroyed);
    }

    // What was left is looked at before deletions go on.
    private static async Task EndAnotherAsync(RouterCluster cluster)
    {
        await cluster.Administration(0).PutTenantAsync("other", new TenantSettings { Name = "Other" }, Stop);
        await cluster.Administration(0).DeleteTenantAsync("other", Stop);
        await cluster.WaitForAsync(() => cluster.Administration(0).Current.FindTenant("other") is null);
    }

    private static async Task<Tenant> FurnishAsync(RouterCluster cluster)
    {
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.Administration(0).PutRoutesAsync([All, Own], Stop);
        await cluster.Administration(0).AddKeyAsync("acme", Asked, Stop);
        return cluster.Administration(0).Current.FindTenant("acme")!;
    }

    private static async Task<List<Posted>> PostWaitingAsync(RouterCluster cluster, Tenant tenant)
    {
        List<Posted> posted = [];
        for (int i = 0; i < 50; i++)
        {
            posted.Add(await Posted.PostAsync(cluster.Shards(0), tenant, $"+39333{i:D7}", Stop, notBeforeMs: TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds()));
        }

        await Task.WhenAll(posted.Select(static p => p.Outcome));
        return [.. posted.Where(static p => p.Accepted)];
    }

    private static async Task IsGoneAsync(RouterCluster cluster, int number)
    {
        await cluster.WaitForAsync(() => cluster.Silos.Select((_, silo) => cluster.Administration(silo).Current).All(static c => c.FindTenant("acme") is null));
        Assert.Contains((number, "acme"), cluster.Remains.Destroyed);
        Assert.All(cluster.Silos.Select((_, silo) => cluster.Administration(silo).Current), c =>
        {
            Assert.True(c.IsClosed(number));
            Assert.Equal([All], c.RouteSettings, static (one, other) => one.Tenant == other.Tenant);
        });
    }

    private static async Task<int> CountWritesAsync()
    {
        StoredGrains stored = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1);
        Tenant tenant = await FurnishAsync(cluster);
        int before = stored.Writes;
        await cluster.Administration(0).DeleteTenantAsync("acme", Stop);
        await IsGoneAsync(cluster, tenant.Number);
        await cluster.WaitForAsync(() => stored.Writes >= before + 3);
        return stored.Writes - before;
    }

    private static async Task<bool> TryDeleteAsync(RouterCluster cluster)
    {
        try
        {
            return await cluster.Administration(0).DeleteTenantAsync("acme", Stop);
        }
        catch (AdministrationUnavailableException)
        {
            return false;
        }
    }

    private static async Task DeleteUntilBegunAsync(RouterCluster cluster)
    {
        while (!await TryDeleteAsync(cluster) && cluster.Administration(0).Current.FindTenant("acme") is not null)
        {
            await Task.Delay(10, Stop);
        }
    }

    private static async Task<Tenant> PutUntilKeptAsync(RouterCluster cluster, TenantSettings settings)
    {
        while (true)
        {
            try
            {
                return await cluster.Administration(0).PutTenantAsync("acme", settings, Stop);
            }
            catch (AdministrationUnavailableException)
            {
                await Task.Delay(10, Stop);
            }
        }
    }
}
