using System.Numerics;
using Router.Engine.Limits;

namespace Router.Engine.Dispatch;

/// <summary>A lane as the dispatcher sees it: which shards have how many messages for it. Nothing of a message.</summary>
internal sealed class DispatchLane(LaneKey key)
{
    private readonly int[] available = new int[64];
    private readonly int[] shardLanes = new int[64];
    private readonly byte[] nextSegments = new byte[64];
    private ulong ready;
    private int lastShard;

    /// <summary>What it is for.</summary>
    public LaneKey Key { get; } = key;

    /// <summary>Stands among its class's lanes.</summary>
    public bool Queued { get; set; }

    /// <summary>Asks under way.</summary>
    public int Asks { get; set; }

    /// <summary>Its limits lend nothing now: time brings it back.</summary>
    public bool Blocked { get; set; }

    /// <summary>Its limits but the recipient's.</summary>
    public Limit[] Limits { get; set; } = [];

    /// <summary>Segments a message had at the last release, rounded up: what a limit is asked for.</summary>
    public int SegmentsAMessage { get; set; } = 1;

    /// <summary>Whether a shard has something.</summary>
    public bool HasReady => ready != 0;

    /// <summary>A shard has <paramref name="count"/> messages.</summary>
    public void Offer(int shard, int shardLane, int count)
    {
        available[shard] = Math.Max(count, 1);
        shardLanes[shard] = shardLane;
        ready |= 1UL << shard;
    }

    /// <summary>Segments of a shard's next message, as it told last: less is of no use to it.</summary>
    public int NextSegments(int shard) => Math.Max((int)nextSegments[shard], 1);

    /// <summary>See <see cref="NextSegments"/>.</summary>
    public void SetNextSegments(int shard, int segments) => nextSegments[shard] = (byte)segments;

    /// <summary>A shard has nothing any more: its owner is gone.</summary>
    public void Forget(int shard) => ready &= ~(1UL << shard);

    /// <summary>No shard has anything: its provider is gone.</summary>
    public void ForgetAll() => ready = 0;

    /// <summary>The next shard in turn that has something: the one after the last asked.</summary>
    public int NextShard(out int count, out int shardLane)
    {
        ulong after = lastShard == 63 ? 0 : ready & (ulong.MaxValue << (lastShard + 1));
        int shard = BitOperations.TrailingZeroCount(after != 0 ? after : ready);
        count = available[shard];
        shardLane = shardLanes[shard];
        return shard;
    }

    /// <summary>The shard is asked: it is not ready until it answers or offers again.</summary>
    public void Asked(int shard)
    {
        lastShard = shard;
        ready &= ~(1UL << shard);
    }
}
