namespace Router.Streams.In;

/// <summary>Makes of what came what a shard's grain takes.</summary>
[RegisterConverter]
internal sealed class TravelledSliceConverter(SliceArrivals arrivals) : IConverter<TravelledSlice, SliceItem>
{
    /// <inheritdoc/>
    public TravelledSlice ConvertFromSurrogate(in SliceItem surrogate) => new(surrogate, arrivals);

    /// <inheritdoc/>
    public SliceItem ConvertToSurrogate(in TravelledSlice value) => value.Item;
}
