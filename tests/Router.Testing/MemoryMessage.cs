using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>A message in a <see cref="MemoryStore"/>: what was kept, and what the log made of it. Owned by the store's lock.</summary>
internal sealed class MemoryMessage(in AcceptedMessage accepted, byte[] sealedRecord)
{
    internal readonly AcceptedMessage Accepted = accepted;
    internal readonly byte[] Sealed = sealedRecord;
    internal readonly List<StoredEvent> Events = [new StoredEvent(accepted.AcceptedAtMs, MessageStatus.Accepted, 0, Reason.None)];
    internal MessageStatus Status = MessageStatus.Accepted;
    internal bool FallbackDone;
    internal byte Attempts;
    internal bool IsLeaving;
    internal long LeavingCommit;
    internal byte[]? SegmentsSent;
    internal byte[]? SegmentsDelivered;

    /// <summary>Neither sent nor ended, or its fallback is not done with.</summary>
    internal bool IsUnfinished => Status < MessageStatus.Sent || (Accepted.Fallback != default && !FallbackDone);

    /// <summary>Not ended: a receipt still changes it.</summary>
    internal bool IsAwaiting => Status <= MessageStatus.Sent;

    internal void Mark(ref byte[]? segments, int segment)
    {
        segments ??= new byte[(Accepted.Segments + 7) / 8];
        segments[segment / 8] |= (byte)(1 << (segment % 8));
    }

    internal UnfinishedMessage ToUnfinished() => new()
    {
        Accepted = Accepted,
        Status = Status,
        Attempts = Attempts,
        IsLeaving = IsLeaving && Status < MessageStatus.Sent,
        Reason = Accepted.Fallback == default ? Reason.None : Events[^1].Reason,
        FallbackDone = FallbackDone,
        SegmentsSent = (byte[]?)SegmentsSent?.Clone(),
    };
}
