using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>What a log entry does to the shard once it is kept.</summary>
internal enum StepKind : byte
{
    /// <summary>A last status, or <c>sent</c>: the message leaves the shard.</summary>
    Finish,

    /// <summary>It has its place in its recipient's limit and may leave once that is kept.</summary>
    Leaving,

    /// <summary><c>queued</c> for another try.</summary>
    Retry,

    /// <summary><c>queued</c>, told while it waits in its lane.</summary>
    Told,

    /// <summary>One segment of several was taken.</summary>
    SegmentSent,

    /// <summary>A receipt that found its message.</summary>
    Receipt,

    /// <summary>A receipt that found none.</summary>
    Unmatched,

    /// <summary>An unmatched receipt is done with.</summary>
    ReceiptDone,

    /// <summary>Flags.</summary>
    Flags,

    /// <summary>A fallback is awake.</summary>
    Woken,

    /// <summary>A message needs its fallback no more.</summary>
    FallbackDone,

    /// <summary>A change of a conversation.</summary>
    Conversation,

    /// <summary>A dead letter is done with.</summary>
    DeadLetterDone,
    /// <summary>A notice.</summary>
    Notice,
}

/// <summary>A change that waits for the journal.</summary>
internal struct Step
{
    public StepKind Kind;
    public MessageStatus Status;
    public Reason Reason;
    public byte Segment;
    public int Slot;
    public int Provider;
    public int DelayMs;
    public ulong ReceiptKey;
    public ulong Head;
    public object? Target;

    /// <summary>What a segment that was taken costs, millionths: what its message was charged as it left, for a price may come while the outcome waits for the journal.</summary>
    public long Price;

    /// <summary>Its segment is the first of its message that was taken.</summary>
    public bool IsFirst;

    /// <summary>See <see cref="Providers.Outcome.HasWholeReceipt"/>.</summary>
    public bool HasWholeReceipt;

    /// <summary>Its receipt tells of this.</summary>
    public readonly Journal.ReceiptScope ReceiptScope => HasWholeReceipt ? Journal.ReceiptScope.Message : Journal.ReceiptScope.Segment;

    /// <summary>Whether it counts among the provider's outcomes that are not kept yet.</summary>
    public bool IsOutcome;

    /// <summary>When it had left (Unix ms), where that counts for its recipient (<see cref="Journal.JournalEntry.HasLeft"/>); 0: it does not.</summary>
    public long LeftMs;
}
