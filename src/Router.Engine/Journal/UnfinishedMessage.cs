using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>A message that is not finished, as read after an epoch was taken.</summary>
public struct UnfinishedMessage
{
    /// <summary>What was kept at acceptance; the sealed record is not read.</summary>
    public AcceptedMessage Accepted;

    /// <summary>Of a part of an inbound message its opened record; null: its key was destroyed, or it is no part.</summary>
    public byte[]? PartRecord;

    /// <summary>The last status kept: accepted or queued, of a message that has ended and whose fallback is not done with any other.</summary>
    public MessageStatus Status;

    /// <summary>The last status's reason, of a message with a fallback.</summary>
    public Reason Reason;

    /// <summary>Its <see cref="EntryKind.FallbackDone"/> is kept.</summary>
    public bool FallbackDone;

    /// <summary>It has left or ended: nothing but its fallback is open.</summary>
    public readonly bool HasEnded => Status >= MessageStatus.Sent;

    /// <summary>Tries kept so far.</summary>
    public byte Attempts;

    /// <summary>Whether its last <see cref="EntryKind.Leaving"/> is open: it may have left.</summary>
    public bool IsLeaving;

    /// <summary>Segments that a provider has taken already, one bit each from bit 0; null: none.</summary>
    public byte[]? SegmentsSent;
}
