using Router.Core.Messages;

namespace Router.Engine.Providers;

/// <summary>The outcome of one segment of a departure.</summary>
public struct Outcome
{
    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>The message.</summary>
    public MessageId Message;

    /// <summary><see cref="Departure.Epoch"/>: the message may have been released again by a younger owner meanwhile, and this is not the outcome of that.</summary>
    public long Epoch;

    /// <summary>The segment, from 0.</summary>
    public byte Segment;

    /// <summary>What happened.</summary>
    public OutcomeKind Kind;

    /// <summary>Why, for <see cref="OutcomeKind.Refused"/> and <see cref="OutcomeKind.Failed"/>.</summary>
    public Reason Reason;

    /// <summary>
    /// The message left in one piece, whichever of its segments were released: a receipt for <see cref="ReceiptKey"/> tells of all of them, and what is released of it later has left
    /// (<see cref="Departure.HasLeftWhole"/>).
    /// </summary>
    public bool HasWholeReceipt;

    /// <summary>For <see cref="OutcomeKind.Throttled"/>, <see cref="OutcomeKind.Failed"/> and <see cref="OutcomeKind.Unknown"/>: when the provider's rule wants the next try, ms from now; 0: Router's own back-off.</summary>
    public int RetryAfterMs;

    /// <summary>Keyed hash of the carrier's id when a receipt may come; 0: none.</summary>
    public ulong ReceiptKey;
}
