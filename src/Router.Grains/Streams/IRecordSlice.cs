namespace Router.Grains.Streams;

/// <summary>Records of a channel stream for one shard that go together: one event of the stream, acknowledged once every one of them is settled.</summary>
public interface IRecordSlice
{
    /// <summary>Has every record kept, or put with the dead letters; ends when that is done. Asked again while it is under way, it is the same task: a delivery that timed out comes again.</summary>
    Task KeepAsync(SliceKeeper keeper);
}
