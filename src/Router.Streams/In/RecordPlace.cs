namespace Router.Streams.In;

/// <summary>Where a record of a slice was read (see <see cref="OffsetPrefix.Read"/>), and where its value lies in the slice, its <see cref="KeptHeaders"/> behind it.</summary>
internal readonly record struct RecordPlace(ReadPartition Partition, long Offset, int Generation, int ValueStart, int ValueLength, int HeadersLength);
