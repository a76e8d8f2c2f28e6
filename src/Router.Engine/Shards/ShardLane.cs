using Router.Engine.Dispatch;

namespace Router.Engine.Shards;

/// <summary>A lane's messages in one shard, in the order of ids, linked through the slab.</summary>
internal sealed class ShardLane
{
    public LaneKey Key;
    public int First = -1;
    public int Last = -1;

    /// <summary>Messages linked, the unlinked ones that still stand in the list among them.</summary>
    public int Count;

    /// <summary>Messages that refer to the lane, in it or deferred or sending.</summary>
    public int References;

    /// <summary>The dispatcher knows that there is something; cleared when it took the last or the shard could not answer.</summary>
    public bool Offered;

    /// <summary>Records of its first messages are being read back.</summary>
    public bool Reading;

    /// <summary>Finished messages among them.</summary>
    public int Unlinked;

    /// <summary>The message that was put in last before another; -1: none.</summary>
    public int Hint = -1;

    /// <summary>Last message that was told that it must wait; -1: none.</summary>
    public int ToldUpTo = -1;
}
