using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <summary>What became of the segments of a long message: only those without an outcome are sent again (DESIGN §4.4).</summary>
internal sealed class SegmentState(int segments)
{
    /// <summary>Segments taken by a provider, one bit each from bit 0.</summary>
    public readonly byte[] Done = new byte[(segments + 7) / 8];

    /// <summary>How many are done.</summary>
    public int DoneCount;

    /// <summary>It left in one piece with one of those that are done; what is left is for its limits' count. A new owner does not know it and sends the rest (DESIGN §4.4: a duplicate, nothing lost).</summary>
    public bool HasLeftWhole;

    /// <summary>Segments released and without an outcome.</summary>
    public int Outstanding;

    /// <summary>The worst outcome among those released together; 0: none but sent.</summary>
    public OutcomeKind Worst;

    /// <summary>Its reason.</summary>
    public Reason Reason;

    /// <summary>Its wish for the next try, ms.</summary>
    public int RetryAfterMs;

    /// <summary>A receipt for one of its segments ends the message: nothing more of it leaves, and no other status is written.</summary>
    public bool Ended;

    /// <summary>That receipt is kept.</summary>
    public bool EndKept;

    /// <summary>Whether a segment is done.</summary>
    public bool IsDone(int segment) => ((Done[segment >> 3] >> (segment & 7)) & 1) != 0;

    /// <summary>Marks a segment; false when it was done already.</summary>
    public bool MarkDone(int segment)
    {
        if (IsDone(segment))
        {
            return false;
        }

        Done[segment >> 3] |= (byte)(1 << (segment & 7));
        DoneCount++;
        return true;
    }

    /// <summary>Keeps the outcome that weighs most: refused, then unknown, failed, throttled, unsent, lapsed.</summary>
    public void Note(in Outcome outcome)
    {
        if (Weight(outcome.Kind) > Weight(Worst))
        {
            Worst = outcome.Kind;
            Reason = outcome.Reason;
            RetryAfterMs = outcome.RetryAfterMs;
        }
    }

    /// <summary>The worst of those noted and <paramref name="last"/>.</summary>
    public OutcomeKind WorstWith(OutcomeKind last) => Weight(last) > Weight(Worst) || Worst == 0 ? last : Worst;

    private static int Weight(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Refused => 6,
        OutcomeKind.Unknown => 5,
        OutcomeKind.Failed => 4,
        OutcomeKind.Throttled => 3,
        OutcomeKind.Unsent => 2,
        OutcomeKind.Lapsed => 1,
        _ => 0,
    };
}
