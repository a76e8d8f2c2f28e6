using Router.Core.Messages;

namespace Router.Storage.Memory;

/// <summary>A message not finished, as the log left it.</summary>
internal struct UnfinishedState
{
    /// <summary>The last status kept.</summary>
    public MessageStatus Status;

    /// <summary>Tries kept.</summary>
    public byte Attempts;

    /// <summary>Whether its last <see cref="Router.Engine.Journal.EntryKind.Leaving"/> has no answer.</summary>
    public bool IsLeaving;

    /// <summary>The last status's reason, where there is a fallback.</summary>
    public Reason Reason;

    /// <summary>Whether it has a fallback: then it stays after its end until <see cref="FallbackDone"/>.</summary>
    public bool HasFallback;

    /// <summary>Whether its fallback is done with; of a fallback whether it is awake.</summary>
    public bool FallbackDone;

    /// <summary>Segments taken, a bit each; null: none.</summary>
    public byte[]? SegmentsSent;
}
