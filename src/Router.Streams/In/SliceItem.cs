namespace Router.Streams.In;

/// <summary>A <see cref="Slice"/> on its way to another silo.</summary>
[GenerateSerializer, Immutable]
internal readonly struct SliceItem
{
    /// <summary>The silo that read it.</summary>
    [Id(0)]
    public required SiloAddress From { get; init; }

    /// <summary>Its number there: a slice delivered again has the same.</summary>
    [Id(1)]
    public required long Number { get; init; }

    /// <summary>The shard's stream.</summary>
    [Id(2)]
    public required StreamId Stream { get; init; }

    /// <summary>The partitions that its records were read from.</summary>
    [Id(3)]
    public required (string Topic, int Partition)[] Sources { get; init; }

    /// <summary>Its records.</summary>
    [Id(4)]
    public required RecordItem[] Records { get; init; }

    /// <summary>Packs <paramref name="slice"/>; it may be under way in this silo meanwhile.</summary>
    public static SliceItem Of(Slice slice, SiloAddress here)
    {
        ReadPartition[] sources = [.. slice.Places.ToArray().Select(static p => p.Partition).Distinct()];
        var records = new RecordItem[slice.Count];
        for (int i = 0; i < records.Length; i++)
        {
            RecordPlace place = slice.Places[i];
            records[i] = RecordItem.Of(slice.Requests.Span[i], Array.IndexOf(sources, place.Partition), place.Offset, slice.ValueOf(place), slice.HeadersOf(place));
        }

        return new SliceItem
        {
            From = here, Number = slice.SequenceToken.SequenceNumber, Stream = slice.StreamId, Records = records, Sources = Array.ConvertAll(sources, static s => (s.At.Topic, s.At.Partition.Value)),
        };
    }

    /// <summary>Wipes what it holds of content: it would outlive its erasure (DESIGN §8).</summary>
    public void Wipe()
    {
        foreach (RecordItem record in Records)
        {
            record.Message.Record.AsSpan().Clear();
            record.Fallback?.Record.AsSpan().Clear();
            record.Value.AsSpan().Clear();
            record.Headers.AsSpan().Clear();
        }
    }
}
