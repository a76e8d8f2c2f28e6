using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.WireProtocol;

#pragma warning disable CS8767 // As generated codecs have it: never null here, which Orleans' interface does not say.

namespace Router.Streams.In;

/// <summary>Writes a slice whose shard is on another silo as what arrives there, a <see cref="TravelledSlice"/>: the reader's own memory and its pools stay here. Within a silo it is handed on as it is.</summary>
[RegisterSerializer]
internal sealed class SliceCodec(ICodecProvider codecs, SliceArrivals arrivals, ILocalSiloDetails here) : IFieldCodec<Slice>, IDerivedTypeCodec
{
    /// <inheritdoc/>
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type expectedType, Slice value)
        where TBufferWriter : IBufferWriter<byte> =>
        codecs.GetCodec<TravelledSlice>().WriteField(ref writer, fieldIdDelta, expectedType, new TravelledSlice(value.Pack(here.SiloAddress), arrivals));

    /// <inheritdoc/>
    public Slice ReadValue<TInput>(ref Reader<TInput> reader, Field field) => throw new NotSupportedException("a slice arrives as " + nameof(TravelledSlice));
}
