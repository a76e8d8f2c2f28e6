using System.Numerics;
using Router.Engine.Limits;

namespace Router.Engine.Dispatch;

/// <summary>A lane as the dispatcher sees it: which shards have how many messages for it. Nothing of a message.</summary>
/// <remarks>
/// Shards take turns, and where not all can go, each gives in its turn a share of what it has, however little a limit lends at a time: so nobody waits much longer than all that waits takes. Were each asked once
/// in turn, for as much as a limit lends, the queues of shards would drift apart under a steady load, as nothing but chance would hold them together, and the longest would wait three times as long.
/// </remarks>
internal sealed class DispatchLane(LaneKey key)
{
    // A turn is a quarter of what a shard has: were it all, whoever comes just after it would wait for two rounds.
    private const int TurnsForAll = 4;
    private readonly int[] available = new int[64];
    private readonly int[] turnLeft = new int[64];
    private readonly int[] shardLanes = new int[64];
    private readonly byte[] nextSegments = new byte[64];
    private ulong ready;
    private ulong inTurn;
    private ulong resumed;
    private int lastShard;
    private int waiting;
    private object? claimant;

    /// <summary>What it is for.</summary>
    public LaneKey Key { get; private set; } = key;

    /// <summary>Its key, as who claims something of a limit: the same for a lane of this key that comes after this one was forgotten, as one is while its only message's record is read back. Boxed once.</summary>
    public object Claimant => claimant ??= Key;

    /// <summary>Stands among its class's lanes.</summary>
    public bool Queued { get; set; }

    /// <summary>Asks under way.</summary>
    public int Asks { get; set; }

    /// <summary>Its limits lend nothing now: time brings it back.</summary>
    public bool Blocked { get; set; }

    /// <summary>Place among all lanes in the order in which limits lent them something last; 0: not yet.</summary>
    public long LastLent { get; set; }

    /// <summary>Its limits lent less than could leave: since then it has not been empty.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Its limits but the recipient's.</summary>
    public Limit[] Limits { get; set; } = [];

    /// <summary>Segments a message had at the last release, rounded up: what a limit is asked for.</summary>
    public int SegmentsAMessage { get; set; } = 1;

    /// <summary>Whether a shard has something.</summary>
    public bool HasReady => ready != 0;

    /// <summary>Begins again as one that was just made, for another key: nobody refers to it any more, and it holds no limits.</summary>
    public void Begin(in LaneKey key)
    {
        // What the arrays say of a shard counts only from its first offer and turn on.
        claimant = key == Key ? claimant : null;
        Key = key;
        LastLent = 0;
        ready = inTurn = resumed = 0;
        lastShard = waiting = 0;
        Queued = Blocked = IsHeldBack = false;
        Asks = 0;
        SegmentsAMessage = 1;
    }

    /// <summary>A shard has <paramref name="count"/> messages, and the next one has <paramref name="segments"/> that are due, as far as it knows.</summary>
    public void Offer(int shard, int shardLane, int count, int segments)
    {
        available[shard] = Math.Max(count, 1);
        shardLanes[shard] = shardLane;
        nextSegments[shard] = (byte)segments;
        ready |= 1UL << shard;
    }

    /// <summary>Segments of a shard's next message, as it told last: less is of no use to it.</summary>
    public int NextSegments(int shard) => Math.Max((int)nextSegments[shard], 1);

    /// <summary>A shard has nothing any more: its owner is gone.</summary>
    public void Forget(int shard)
    {
        ready &= ~(1UL << shard);
        EndTurn(shard);
    }

    /// <summary>No shard has anything: its provider is gone.</summary>
    public void ForgetAll() => ready = inTurn = 0;

    /// <summary>A shard gave all it had.</summary>
    public void EndTurn(int shard) => inTurn &= ~(1UL << shard);

    /// <summary>A shard gave none of the <paramref name="messages"/> that it was asked for, as its next one is longer than it had told: its turn goes on as if it had not been asked, but only once.</summary>
    public void Resume(int shard, int messages)
    {
        ulong bit = 1UL << shard;
        if ((resumed & bit) == 0)
        {
            resumed |= bit;
            inTurn |= bit;
            turnLeft[shard] += messages;
        }
    }

    /// <summary>A shard's next message needs more than there is: no other shard is asked before it, or its short messages would take what is left free for the lane.</summary>
    public void WaitFor(int shard) => waiting = shard;

    /// <summary>The next shard that has something: one whose turn has not ended, else the one after the last whose turn began.</summary>
    /// <param name="turn">Messages that it may give in its turn where not all can go, 1 or more.</param>
    /// <param name="count">Messages that it has, 1 or more.</param>
    /// <param name="shardLane">The lane's number there.</param>
    public int NextShard(out int turn, out int count, out int shardLane)
    {
        ulong goOn = ready & inTurn;
        int shard;
        if (goOn != 0)
        {
            shard = ((goOn >> waiting) & 1) != 0 ? waiting : BitOperations.TrailingZeroCount(goOn);
        }
        else
        {
            ulong after = lastShard == 63 ? 0 : ready & (ulong.MaxValue << (lastShard + 1));
            shard = lastShard = BitOperations.TrailingZeroCount(after != 0 ? after : ready);
            turnLeft[shard] = (available[shard] + TurnsForAll - 1) / TurnsForAll;
            inTurn |= 1UL << shard;
            resumed &= ~(1UL << shard);
        }

        count = available[shard];
        turn = Math.Min(turnLeft[shard], count);
        shardLane = shardLanes[shard];
        return shard;
    }

    /// <summary>The shard is asked for <paramref name="messages"/>: it is not ready until it answers or offers again.</summary>
    public void Asked(int shard, int messages)
    {
        ready &= ~(1UL << shard);
        turnLeft[shard] -= messages;
        if (turnLeft[shard] <= 0)
        {
            EndTurn(shard);
        }
    }
}
