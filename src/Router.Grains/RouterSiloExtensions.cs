using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Router.Engine;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Engine.Work;
using Router.Grains.Administration;
using Router.Grains.Catalog;
using Router.Grains.Conversations;
using Router.Grains.Placement;
using Router.Grains.Providers;
using Router.Grains.Shards;
using Router.Grains.Streams;
using Router.Grains.Tenants;
using Router.Grains.Webhooks;

namespace Router.Grains;

/// <summary>Adds Router's owners to a silo. The host adds what they stand on: the engine, the journal, <see cref="TimeProvider"/>, the grain storage <see cref="RouterSilo.StorageName"/> and its <see cref="IStateRemoval"/>.</summary>
public static class RouterSiloExtensions
{
    /// <summary>Adds the grains and what they work with; <see cref="IAdministration"/> and <see cref="IShards"/> can be had then.</summary>
    public static ISiloBuilder AddRouter(this ISiloBuilder silo, RouterSiloOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        IServiceCollection services = silo.Services;
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ConfigurationHolder>();
        services.AddTransient<SnapshotSpreader>();
        services.AddSingleton<ISnapshotClient, SnapshotClient>();
        services.AddSingleton<RemoteFaults>();
        services.AddSingleton<IWorkScheduler>(ThreadPoolScheduler.Instance);
        services.AddSingleton<SliceKeeper>();
        services.AddSingleton<ShardTaker>();
        services.AddSingleton<OwnedShards>();
        services.AddSingleton<ShardKeeper>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static s =>
        {
            _ = s.GetRequiredService<IShards>(); // the engine's ways to other silos and to conversations stand before the first shard is taken
            _ = s.GetRequiredService<IConversations>();
            return s.GetRequiredService<ShardKeeper>();
        });
        services.AddHostedService<TenantEnder>();
        services.AddSingleton<ITenantRemains, WebhookRemains>();
        services.AddSingleton<ITenantRemains, ConversationRemains>();
        services.AddSingleton<IDeadLetters>(static s => s.GetRequiredService<SiloEngine>());
        services.AddSingleton<IDeadRecords>(static s => s.GetRequiredService<SiloEngine>());
        services.AddSingleton<IConversations, ClusterConversations>();
        services.AddSingleton<ClusterShards>();
        services.AddSingleton<IShards>(static s => s.GetRequiredService<ClusterShards>());
        services.AddSingleton<INotices>(static s => s.GetRequiredService<ClusterShards>());
        services.AddSingleton<WebhookKeeper>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static s => s.GetRequiredService<WebhookKeeper>());
        services.AddSingleton<IWebhooks, SiloWebhooks>();
        services.AddSingleton<ProviderWatch>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static s => s.GetRequiredService<ProviderWatch>());
        services.AddHostedService<SiloDrain>();
        services.AddSingleton<IAdministration, SiloAdministration>();
        services.AddSingleton<OperatorKeys>();
        services.AddSingleton(static s => s.GetRequiredService<SiloEngine>().Credit);
        silo.AddGrainService<SnapshotService>();
        silo.AddPlacementDirector<ByShardPlacement, ByShardDirector>();
        silo.AddPlacementDirector<ByConversationPlacement, ByConversationDirector>();

        // Where grains of other silos are. Orleans makes room for all from the start, twice: its million would take 18 MB of a silo that knows a few hundred.
        services.Configure<GrainDirectoryOptions>(static o => o.CacheSize = 65_536);

        // Waking a shard reads what is unfinished; after a long outage that is more than the half minute that Orleans gives a grain.
        services.Configure<GrainCollectionOptions>(static o => o.ActivationTimeout = TimeSpan.FromMinutes(10));
        return silo;
    }
}
