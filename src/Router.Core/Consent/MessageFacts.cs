using Router.Core.Messages;

namespace Router.Core.Consent;

/// <summary>What <see cref="Decision"/> must know of a message beside its contact's flags. Times are Unix milliseconds.</summary>
/// <param name="Purpose">Why it is sent (R2.1).</param>
/// <param name="NotBeforeMs">It may not leave earlier; 0 or any time passed: at once.</param>
/// <param name="ValidUntilMs">From this moment on it has expired; <see cref="long.MaxValue"/>: never.</param>
/// <param name="SenderAllowed">Its sender is one of the tenant's, or it needs none (R1.7).</param>
/// <param name="HasRoute">A route matches that has a provider.</param>
public readonly record struct MessageFacts(Purpose Purpose, long NotBeforeMs, long ValidUntilMs, bool SenderAllowed, bool HasRoute)
{
    /// <summary>A route matches, but none of its providers is in the region that the message must stay in (R1.3).</summary>
    public bool OutsideRegion { get; init; }

    /// <summary>When the quiet hours end that hold for its recipient, Unix ms; 0: none hold. Asked of marketing alone (R3.4).</summary>
    public long QuietUntilMs { get; init; }
}
