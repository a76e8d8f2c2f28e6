using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Streams;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Providers;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.In;
using Router.Streams.Out;
using Router.Streams.Topics;

namespace Router.Streams;

/// <summary>Kafka: topics in and out (DESIGN §6).</summary>
public static class RouterStreams
{
    /// <summary>Adds the channel streams to a silo that <c>AddRouter</c> was called on.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message says which and how to right it.</exception>
    public static ISiloBuilder AddRouterStreams(this ISiloBuilder silo, KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }

        IServiceCollection services = silo.Services;
        services.AddSingleton(options);
        services.AddSingleton<KafkaHealth>();
        services.AddSingleton<KafkaMeter>();
        services.AddSingleton<IStreamFigures>(static s => s.GetRequiredService<KafkaMeter>());
        services.TryAddSingleton<RequestMaker>();
        services.AddTransient<RecordReader>(); // each has a scratch of its own
        services.AddSingleton<IRecordReplay, RecordReplay>();
        services.AddSingleton<ITroubled>(static s => s.GetRequiredService<KafkaHealth>());
        services.AddSingleton<GatewayRecords>();
        services.AddSingleton<KafkaReader>();
        services.AddSingleton<SliceAdapter>();
        services.AddSingleton<SliceArrivals>();
        services.AddSingleton<DeadLetterDesk>();
        services.AddSingleton<IRecordWriter, KafkaProducer>();
        services.AddSingleton<ITenantProducer, TenantProducer>();
        services.AddSingleton<IEventProducer, EventProducer>();
        services.AddSingleton<EventWriter>();
        services.AddHostedService<ExportKeeper>();
        services.AddSingleton<DepartureProducer>();
        services.AddSingleton<IProviderFactory, KafkaProviderFactory>();
        services.AddSingleton<LagLook>();
        services.AddHostedService<TopicWatch>();
        silo.AddPersistentStreams(ShardStream.Provider, static (s, _) => s.GetRequiredService<SliceAdapter>(), static streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePartitionBalancing(static (s, _) => ActivatorUtilities.CreateInstance<EvenBalancer>(s));
            streams.ConfigurePullingAgent(static agent => agent.Configure(static o =>
            {
                // Nothing is ever passed over: a slice that is not taken is offered until it is (the default drops it after a minute).
                o.MaxEventDeliveryTime = Timeout.InfiniteTimeSpan;
                o.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10);
                o.BatchContainerBatchSize = 1;

                // There are 64 streams. One given up as idle while its shard keeps nothing would be looked at again with its next record, which its paused partitions do not bring.
                o.StreamInactivityPeriod = TimeSpan.FromDays(365);
            }));
            streams.ConfigureBackoffProvider(static (_, _) => (Orleans.Runtime.Providers.IMessageDeliveryBackoffProvider)new DeliveryPause());
        });
        return silo;
    }
}
