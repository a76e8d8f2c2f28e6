using Router.Core.Messages;

namespace Router.Storage.Memory;

/// <summary>A message touched by a generation's commits: 24 B.</summary>
internal struct MessageRow : IRow<long>
{
    /// <summary><see cref="MessageId.RowKey"/>.</summary>
    public long RowKey;

    /// <summary>Ordinal of its last event in the generation; the events before it are chained.</summary>
    public int LastEvent;

    /// <summary>Tenant's number.</summary>
    public int Tenant;

    /// <summary>The last status in the generation; none when only segments were touched.</summary>
    public MessageStatus Status;

    /// <summary>Tries kept.</summary>
    public byte Attempts;

    /// <summary>Whether there are entries of single segments.</summary>
    public bool HasSegments;

    /// <summary>What the generation says of its leaving.</summary>
    public LeavingState Leaving;

    /// <summary>The reason of <see cref="Status"/>.</summary>
    public Reason Reason;

    /// <summary>Whether it was accepted in the generation and has a fallback.</summary>
    public bool HasFallback;

    /// <summary>Whether its <see cref="Engine.Journal.EntryKind.FallbackDone"/> is in the generation.</summary>
    public bool FallbackDone;

    /// <summary>Whether it is a part of an inbound message: in no list.</summary>
    public bool IsPart;

    /// <inheritdoc/>
    public readonly long Key => RowKey;

    /// <inheritdoc/>
    // Row keys are times and counters: multiplied by 2⁶⁴/φ, the top half is well mixed.
    public static uint Hash(long key) => (uint)(((ulong)key * 0x9E37_79B9_7F4A_7C15) >> 32);
}
