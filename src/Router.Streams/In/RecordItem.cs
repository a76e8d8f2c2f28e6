using Router.Engine.Shards;
using Router.Grains.Shards;

namespace Router.Streams.In;

/// <summary>A record in a <see cref="SliceItem"/>.</summary>
[GenerateSerializer, Immutable]
internal readonly struct RecordItem
{
    /// <summary>Its message.</summary>
    [Id(0)]
    public required AcceptItem Message { get; init; }

    /// <summary>The fallback to keep before its message; null: none.</summary>
    [Id(1)]
    public required AcceptItem? Fallback { get; init; }

    /// <summary>Where it was read: its place among the slice's sources.</summary>
    [Id(2)]
    public required int Source { get; init; }

    /// <summary>Its offset there.</summary>
    [Id(3)]
    public required long Offset { get; init; }

    /// <summary>The value as read.</summary>
    [Id(4)]
    public required byte[] Value { get; init; }

    /// <summary>Its <see cref="KeptHeaders"/>; null: a silo of an older version read it.</summary>
    [Id(5)]
    public required byte[]? Headers { get; init; }

    /// <summary>Packs one.</summary>
    public static RecordItem Of(AcceptRequest request, int source, long offset, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers)
    {
        AcceptItem message = AcceptItem.Of(request);

        // Even where it is kept already: kept again it is the same one, and whoever keeps it now may be writing its id.
        (message.FallbackHead, message.FallbackTail) = (0, 0);
        return new RecordItem
        {
            Message = message, Fallback = request.Fallback is { } fallback ? AcceptItem.Of(fallback) : null, Source = source, Offset = offset, Value = value.ToArray(), Headers = headers.ToArray(),
        };
    }
}
