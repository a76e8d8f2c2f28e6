using Router.Core.Messages;

namespace Router.Engine.Providers;

/// <summary>A message, or those of its segments that have no outcome yet, on its way out.</summary>
public struct Departure
{
    /// <summary>The message.</summary>
    public MessageId Id;

    /// <summary>Epoch of the ownership that released it; told back in each of its outcomes.</summary>
    public long Epoch;

    /// <summary>Orders: departures with the same value go to one session in the order given.</summary>
    public ulong Conversation;

    /// <summary>
    /// Monotonic end of the release (<see cref="TimeProvider.GetTimestamp"/> of the injected provider): the session checks it before it writes and answers <see cref="OutcomeKind.Lapsed"/> after it.
    /// </summary>
    public long ReleaseEnd;

    /// <summary>Unix ms at which its validity ends.</summary>
    public long ValidUntilMs;

    /// <summary>The record (<c>MessageRecord</c>), rented from <see cref="RecordPool.Shared"/>.</summary>
    public byte[] Record;

    /// <summary>Bytes of the record.</summary>
    public int RecordLength;

    /// <summary>Segments of the whole message.</summary>
    public byte Segments;

    /// <summary>First segment to send now.</summary>
    public byte FirstSegment;

    /// <summary>How many segments from <see cref="FirstSegment"/> on to send now; those in <see cref="SegmentsDone"/> are left out and get no outcome.</summary>
    public byte SegmentCount;

    /// <summary>Segments with an outcome already, one bit each from bit 0; null: none.</summary>
    public byte[]? SegmentsDone;

    /// <summary>
    /// The message has left whole with a segment that was released before (<see cref="Outcome.HasWholeReceipt"/>), by this account or another: nothing of it is written any more, the segments are told sent.
    /// </summary>
    public bool HasLeftWhole;
}
