namespace Router.Engine.Shards;

/// <summary>A look at what waits in a shard, or the cancelling of it, on its way through the shard's slab in slices. Answered when all of it is done and kept; null: not all could be.</summary>
internal sealed class QueueTask(PurgeFilter filter, bool cancels)
{
    public readonly PurgeFilter Filter = filter;
    public readonly bool Cancels = cancels;
    public readonly TaskCompletionSource<QueueTask?> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was counted, by lane's number in the shard: a lane may go and its number be another's, so the key counts.</summary>
    public readonly Dictionary<Dispatch.LaneKey, QueueState> Counts = [];

    /// <summary>Messages that an answer of the journal holds, or whose end is not kept yet: looked at again once it came.</summary>
    public readonly List<(int Slot, ulong Head)> Settling = [];

    /// <summary>When it came (monotonic): answered only by an owner that was one later than that.</summary>
    public long AskedAt;

    /// <summary>The next slot to look at.</summary>
    public int Next;

    /// <summary>Messages accepted later than this one are not meant: else a tenant that sends would keep it from ending; 0: not begun.</summary>
    public ulong LastHead;

    /// <summary>Messages cancelled and kept so.</summary>
    public long Cancelled;

    /// <summary>Cancelled, not kept yet.</summary>
    public int Unkept;
}
