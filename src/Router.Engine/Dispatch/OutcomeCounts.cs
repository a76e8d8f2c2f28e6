using Router.Engine.Providers;

namespace Router.Engine.Dispatch;

/// <summary>Outcomes of one provider that were told together.</summary>
internal struct OutcomeCounts
{
    /// <summary>All.</summary>
    public int Total;

    /// <summary>Throttled.</summary>
    public int Throttled;

    /// <summary>The longest wish of those, ms.</summary>
    public int RetryAfterMs;

    /// <summary>Answers of a provider that works: taken, or refused for good.</summary>
    public int Good;

    /// <summary>Failed or unknown.</summary>
    public int Bad;

    /// <summary>Bad ones since the last good one.</summary>
    public int BadTail;

    /// <summary>Counts <paramref name="outcome"/>. Throttled, lapsed and unsent say nothing of the provider's health.</summary>
    public void Add(in Outcome outcome)
    {
        Total++;
        switch (outcome.Kind)
        {
            case OutcomeKind.Sent or OutcomeKind.Refused:
                Good++;
                BadTail = 0;
                break;
            case OutcomeKind.Failed or OutcomeKind.Unknown:
                Bad++;
                BadTail++;
                break;
            case OutcomeKind.Throttled:
                Throttled++;
                RetryAfterMs = Math.Max(RetryAfterMs, outcome.RetryAfterMs);
                break;
            case OutcomeKind.Lapsed or OutcomeKind.Unsent:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome.Kind, "not an outcome");
        }
    }
}
