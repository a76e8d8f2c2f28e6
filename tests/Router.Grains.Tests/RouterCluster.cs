using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using Orleans.TestingHost;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Addresses;
using Router.Core.Tenants;
using Router.Engine;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.Grains.Administration;
using Router.Grains.Tenants;
using Router.Grains.Webhooks;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary>Silos in this process over one journal's store and one grain storage.</summary>
internal sealed class RouterCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster cluster;

    private RouterCluster(InProcessTestCluster cluster, MemoryStore store, Carrier carrier, PlainSealer sealer, Deliveries deliveries)
    {
        Sealer = sealer;
        Deliveries = deliveries;
        Carrier = carrier;
        this.cluster = cluster;
        Store = store;
    }

    public static PlainKeyedHash Hash { get; } = new();

    public MemoryStore Store { get; }

    public Carrier Carrier { get; }

    /// <summary>What of tenants was destroyed.</summary>
    public Remains Remains => cluster.Silos[0].ServiceProvider.GetServices<ITenantRemains>().OfType<Remains>().Single();

    public PlainSealer Sealer { get; }
    public Deliveries Deliveries { get; }

    public IReadOnlyList<InProcessSiloHandle> Silos => [.. cluster.Silos];

    public static async Task<RouterCluster> StartAsync(StoredGrains stored, int silos = 2, RouterSiloOptions? options = null, MemoryStore? store = null, Action<ISiloBuilder>? more = null)
    {
        store ??= new MemoryStore();
        Carrier carrier = new();
        Remains remains = new();
        PlainSealer sealer = new();
        Deliveries deliveries = new();
        InProcessTestClusterBuilder builder = new((short)silos);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((specific, silo) =>
        {
            silo.Services.AddLogging(static log => log.ClearProviders().SetMinimumLevel(LogLevel.Warning)
                .AddFilter("Orleans", LogLevel.None).AddFilter("Polly", LogLevel.None).AddSimpleConsole(static o => o.SingleLine = true));
            silo.Services.AddSingleton<IJournal>(new CountingJournal(new MemoryJournal(sealer, store)));
            silo.Services.AddSingleton<IRecordSealer>(sealer);
            silo.Services.AddSingleton<IKeyedHash>(Hash);
            silo.Services.AddSingleton(s => new SiloEngine(
                s.GetRequiredService<IJournal>(), sealer, Hash, [new CarrierFactory(carrier, specific.SiloName)], TimeProvider.System, new EngineOptions(), s.GetRequiredService<ILoggerFactory>(), 1));
            silo.Services.AddSingleton<ITenantRemains>(remains);
            silo.Services.AddSingleton<IWebhookDelivery>(new SiloDeliveries(deliveries, specific.SiloName));
            silo.Services.AddKeyedSingleton<IGrainStorage>(RouterSilo.StorageName, stored);
            silo.Services.AddSingleton<IStateRemoval>(stored);
            silo.Services.Configure<ClusterMembershipOptions>(static o =>
            {
                // Two silos and whatever else runs share two cores: one that is slow for two seconds is not dead.
                o.ProbeTimeout = TimeSpan.FromSeconds(2);
                o.NumMissedProbesLimit = 3;
                o.NumVotesForDeathDeclaration = 1;
                o.TableRefreshTimeout = TimeSpan.FromSeconds(1);
            });
            silo.AddRouter(options ?? new RouterSiloOptions { TouchInterval = TimeSpan.FromMilliseconds(100) });
            more?.Invoke(silo);
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        RouterCluster started = new(cluster, store, carrier, sealer, deliveries);
        await started.WaitUntilReadyAsync();
        return started;
    }

    public IAdministration Administration(int silo) => Of<IAdministration>(silo);

    public IWebhooks Webhooks(int silo) => Of<IWebhooks>(silo);

    public IShards Shards(int silo) => Of<IShards>(silo);

    public SiloEngine Engine(int silo) => Of<SiloEngine>(silo);

    public CountingJournal Journal(int silo) => (CountingJournal)Of<IJournal>(silo);

    /// <summary>A journal of nobody's over the same store: a silo that was not expected.</summary>
    public MemoryJournal OtherJournal() => new(new PlainSealer(), Store);

    public T Of<T>(int silo)
        where T : notnull => cluster.Silos[silo].ServiceProvider.GetRequiredService<T>();

    public async Task WaitUntilReadyAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        for (int silo = 0; silo < cluster.Silos.Count; silo++)
        {
            while (Administration(silo).NotReadyBecause is not null)
            {
                await Administration(silo).ShardsAsync(limit.Token);
            }
        }
    }

    /// <summary>Tenant <c>acme</c> with one sender, the carrier as its provider, and a route to it.</summary>
    public async Task<Tenant> ConfigureAsync(CancellationToken cancellationToken)
    {
        await Administration(0).PutProviderAsync("carrier", new ProviderSettings { Kind = CarrierFactory.KindName, Channels = ["sms"] }, cancellationToken);
        await Administration(0).PutRoutesAsync([new RouteSettings { Channel = "sms", Providers = ["carrier"] }], cancellationToken);
        return await Administration(0).PutTenantAsync("acme", new TenantSettings { Name = "Acme", Senders = ["+39000"] }, cancellationToken);
    }

    /// <summary>The <paramref name="nth"/> contact of tenant 1 whose shard is <paramref name="shard"/>, by its number.</summary>
    public static string NumberIn(int shard, int nth)
    {
        for (int i = 0; ; i++)
        {
            string number = $"+39333{i:D7}";
            if (ContactOf(number).Shard == shard && nth-- == 0)
            {
                return number;
            }
        }
    }

    public static ContactId ContactOf(string number) => Hash.Contact(1, Channel.Sms, Encoding.ASCII.GetBytes(number));

    /// <summary>Where a conversation's grain is; null: not awake.</summary>
    public async Task<SiloAddress?> WhereAsync(int tenant, ConversationId id)
    {
        // The key: hash bits and a number, no address.
        GrainId key = GrainId.Create("conversation", $"{tenant:x8}{id.ToString().Replace("-", "", StringComparison.Ordinal)}");
        return await Of<IGrainFactory>(0).GetGrain<IManagementGrain>(0).GetActivationAddress(Of<IGrainFactory>(0).GetGrain(key));
    }

    /// <summary>Whether a webhook's grain is awake.</summary>
    public async Task<bool> IsAwakeAsync(int tenant, string webhook)
    {
        IGrainFactory grains = Of<IGrainFactory>(0);
        return await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grains.GetGrain<IWebhookGrain>(WebhookKey.Of(tenant, webhook))) is not null;
    }

    /// <summary>Has the owner of <paramref name="shard"/> end by itself: the fate of its next commit is unknown.</summary>
    public async Task EndOwnerAsync(int silo, int shard)
    {
        Journal(silo).Inner.NextOutcome(PartOutcome.Unknown);
        ContactFlags? flags = await Shards(silo).SetFlagsAsync(1, ContactOf(NumberIn(shard, 0)), FlagsChange.Of(static f => f.WithBlocked(true)), CancellationToken.None);
        Assert.Null(flags);
    }

    /// <summary>Moves each shard to silo <c>shard mod silos</c>.</summary>
    public async Task SpreadShardsAsync()
    {
        for (int shard = 0; shard < MessageId.ShardCount; shard++)
        {
            InProcessSiloHandle target = cluster.Silos[shard % cluster.Silos.Count];
            if (!Engine(shard % cluster.Silos.Count).Owns(shard))
            {
                GrainId id = GrainId.Create(GrainType.Create("shard"), GrainIdKeyExtensions.CreateIntegerKey(shard));
                RequestContext.Set(IPlacementDirector.PlacementHintKey, target.SiloAddress);
                await Of<IGrainFactory>(0).GetGrain(id).AsReference<IGrainManagementExtension>().MigrateOnIdle();
                RequestContext.Clear();
            }
        }

        await WaitForAsync(() => Enumerable.Range(0, MessageId.ShardCount).All(shard => Engine(shard % cluster.Silos.Count).Owns(shard)));
        for (int silo = 0; silo < cluster.Silos.Count; silo++)
        {
            await Administration(silo).ShardsAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits for what the silos do by themselves, looking every 10 ms; fails after a minute.</summary>
    public async Task WaitForAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            await look.WaitForNextTickAsync(limit.Token);
        }
    }

    public async Task<InProcessSiloHandle> StartSiloAsync()
    {
        InProcessSiloHandle silo = await cluster.StartAdditionalSiloAsync();
        await WaitUntilReadyAsync();
        return silo;
    }

    public Task KillAsync(int silo) => cluster.KillSiloAsync(cluster.Silos[silo]);

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();
}
