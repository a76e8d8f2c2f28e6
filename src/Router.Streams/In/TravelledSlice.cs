using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Router.Grains.Streams;

namespace Router.Streams.In;

/// <summary>A slice that another silo read, for a shard that is owned here. That silo is told that it is settled by the answer to its delivery.</summary>
[Immutable]
internal sealed class TravelledSlice(SliceItem item, SliceArrivals arrivals) : IBatchContainer, IRecordSlice
{
    /// <inheritdoc/>
    public StreamId StreamId => item.Stream;

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken { get; } = new EventSequenceTokenV2(item.Number);

    public SliceItem Item => item;

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [Tuple.Create((T)(object)this, SequenceToken)];

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;

    /// <inheritdoc/>
    public Task KeepAsync(SliceKeeper keeper) => arrivals.KeepAsync(item, keeper);
}
