namespace Router.Streams.In;

/// <summary>Where a record of a slice was read, and where its value lies in the slice, its <see cref="KeptHeaders"/> behind it.</summary>
internal readonly record struct RecordPlace(ReadPartition Partition, long Offset, int ValueStart, int ValueLength, int HeadersLength);
