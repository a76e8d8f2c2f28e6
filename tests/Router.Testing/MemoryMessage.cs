using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>A message in a <see cref="MemoryStore"/>: what was kept, and what the log made of it. Owned by the store's lock.</summary>
internal sealed class MemoryMessage(in AcceptedMessage accepted, byte[] sealedRecord)
{
    internal readonly AcceptedMessage Accepted = accepted;
    internal readonly byte[] Sealed = sealedRecord;
    internal readonly List<StoredEvent> Events = [new StoredEvent(accepted.AcceptedAtMs, accepted.FirstStatus, accepted.Provider, Reason.None)];
    internal MessageStatus Status = accepted.FirstStatus;
    internal bool FallbackDone;
    internal byte Attempts;
    internal bool IsLeaving;
    internal long LeavingCommit;
    internal byte[]? SegmentsSent;
    internal byte[]? SegmentsDelivered;

    /// <summary>The opened record; null: its key was destroyed.</summary>
    internal byte[]? Open(IRecordSealer sealer)
    {
        byte[] record = new byte[Sealed.Length - IRecordSealer.Overhead];
        return sealer.TryOpen(Accepted.Tenant, Accepted.KeySlot, Accepted.Id, Sealed, record) ? record : null;
    }

    /// <summary>Neither sent nor ended, or its fallback is not done with.</summary>
    internal bool IsUnfinished => Status < MessageStatus.Sent || (Accepted.Fallback != default && !FallbackDone);

    /// <summary>Not ended: a receipt still changes it.</summary>
    internal bool IsAwaiting => Status <= MessageStatus.Sent;

    internal void Mark(ref byte[]? segments, int segment)
    {
        segments ??= new byte[(Accepted.Segments + 7) / 8];
        segments[segment / 8] |= (byte)(1 << (segment % 8));
    }

    internal UnfinishedMessage ToUnfinished(IRecordSealer sealer) => new()
    {
        Accepted = Accepted,
        PartRecord = Accepted.IsPart ? Open(sealer) : null,
        Status = Status,
        Attempts = Attempts,
        IsLeaving = IsLeaving && Status < MessageStatus.Sent,
        Reason = Accepted.Fallback == default ? Reason.None : Events[^1].Reason,
        FallbackDone = FallbackDone,
        SegmentsSent = (byte[]?)SegmentsSent?.Clone(),
    };
}
