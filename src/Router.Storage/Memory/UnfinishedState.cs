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

    /// <summary>Segments taken, a bit each; null: none.</summary>
    public byte[]? SegmentsSent;
}
