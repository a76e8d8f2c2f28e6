using Router.Engine.Journal;
using Router.Engine.Limits;
using Router.Engine.Providers;

namespace Router.Engine.Dispatch;

/// <summary>"I have room, who may leave now?": from the dispatcher to a shard and back. Pooled by the dispatcher.</summary>
internal sealed class ReleaseAsk
{
    /// <summary>The shard asked.</summary>
    public int Shard;

    /// <summary>The dispatcher's lane.</summary>
    public DispatchLane? Lane;

    /// <summary>The shard's number for the lane.</summary>
    public int ShardLane;

    /// <summary>Messages at most.</summary>
    public int MessagesMax;

    /// <summary>Segments at most.</summary>
    public int SegmentsMax;

    /// <summary>The first message may leave in part: all that its provider's window or limit can ever give is less than its segments.</summary>
    public bool MayPart;

    /// <summary>Monotonic end of the releases.</summary>
    public long ReleaseEnd;

    /// <summary>What the limits lent for it.</summary>
    public Slice Slice;

    /// <summary>The limits that lent.</summary>
    public Limit[] Limits = [];

    /// <summary>What its segments count in the turns.</summary>
    public TurnCharge Charged;

    /// <summary>Answer: who may leave.</summary>
    public readonly StructList<Departure> Departures = new(16);

    /// <summary>Answer: their segments.</summary>
    public int Segments;

    /// <summary>Answer: whether the lane has more that can be asked for at once (else the shard offers it again by itself).</summary>
    public bool More;

    /// <summary>Answer: messages that the lane still has, when there is more.</summary>
    public int Available;

    /// <summary>Answer: segments of the next message, when there is more.</summary>
    public int NextSegments;

    /// <summary>Empties the answer.</summary>
    public void Clear()
    {
        Departures.Clear();
        Segments = 0;
        More = false;
        Available = 0;
        NextSegments = 0;
    }
}
