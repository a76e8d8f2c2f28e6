using Router.Core.Messages;

namespace Router.Core.Consent;

/// <summary>What <see cref="Decision"/> must know of a message beside its contact's flags. Times are Unix milliseconds.</summary>
/// <param name="Purpose">Why it is sent (R2.1).</param>
/// <param name="NotBeforeMs">It may not leave earlier; 0 or any time passed: at once.</param>
/// <param name="ValidUntilMs">From this moment on it has expired; <see cref="long.MaxValue"/>: never.</param>
/// <param name="SenderAllowed">Its sender is one of the tenant's, or it needs none (R1.7).</param>
/// <param name="HasRoute">A route matches that has a provider.</param>
public readonly record struct MessageFacts(Purpose Purpose, long NotBeforeMs, long ValidUntilMs, bool SenderAllowed, bool HasRoute);
