using Orleans.Configuration;
using Orleans.Streams;
using Router.Engine;
using Router.Grains.Shards;
using Router.Grains.Streams;

namespace Router.Streams.In;

/// <summary>What Orleans asks for a stream provider whose records come from Kafka: a <see cref="SliceQueue"/> a way. Nothing can be published through it.</summary>
internal sealed class SliceAdapter(KafkaOptions options, KafkaReader reader, ShardKeeper shards, SiloEngine engine) : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache, IStreamFailureHandler
{
    private readonly HashRingBasedStreamQueueMapper mapper = new(new HashRingStreamQueueMapperOptions { TotalQueueCount = options.Queues }, ShardStream.Provider);
    private readonly Dictionary<QueueId, SliceQueue> queues = [];

    /// <inheritdoc/>
    public string Name => ShardStream.Provider;

    /// <inheritdoc/>
    public bool IsRewindable => false;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <inheritdoc/>
    public bool ShouldFaultSubsriptionOnError => false;

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => this;

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => mapper;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(this);

    /// <inheritdoc/>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => Of(queueId);

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId)
    {
        // First of the two that an agent asks for: a way that comes back begins anew, what it had not delivered is read again.
        lock (queues)
        {
            queues.Remove(queueId);
        }

        return Of(queueId);
    }

    /// <inheritdoc/>
    public Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("channel streams are read from Kafka: write to its topics");

    private SliceQueue Of(QueueId id)
    {
        lock (queues)
        {
            if (!queues.TryGetValue(id, out SliceQueue? queue))
            {
                queues.Add(id, queue = new SliceQueue((int)id.GetNumericId(), reader, shard => engine.Owns(shard) || shards.IsElsewhere(shard)));
            }

            return queue;
        }
    }
}
