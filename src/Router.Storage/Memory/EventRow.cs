using System.Runtime.InteropServices;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>One entry of a message: 20 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EventRow
{
    /// <summary>Unix ms.</summary>
    public long AtMs;

    /// <summary>Ordinal of the message's entry before it in the generation; -1: none.</summary>
    public int Previous;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>Status, segment or receipt.</summary>
    public EntryKind Kind;

    /// <summary>The status.</summary>
    public MessageStatus Status;

    /// <summary>Its reason.</summary>
    public Reason Reason;

    /// <summary>Segment, from 0.</summary>
    public byte Segment;
}
