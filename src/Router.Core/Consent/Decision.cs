using Router.Core.Messages;

namespace Router.Core.Consent;

/// <summary>
/// Decides about a message from its contact's flags. Pure: asked when the message came in and again at its release (DESIGN §4.3), any thread.
/// </summary>
/// <remarks>
/// Hot path. <c>DecideBenchmark</c>, 0 B. The first rule that applies wins; the order is part of the contract, because it fixes the reason that a tenant reads:
/// <list type="number">
/// <item>validity ended: expired, whatever else holds;</item>
/// <item>blocked: <c>opted_out</c>, every purpose (R2.1);</item>
/// <item>restricted: <c>restricted</c>, every purpose (R4.1);</item>
/// <item>minor: <c>underage</c>, every purpose (R2.8);</item>
/// <item>suppressed: <c>suppressed</c>, marketing (R2.4; voice follows with its channel);</item>
/// <item>withdrawn for this purpose: <c>opted_out</c>; no purpose needs an opt-in but marketing, an explicit no is honoured for all (R2.1, R2.3);</item>
/// <item>marketing not granted: <c>consent_missing</c> (R2.1);</item>
/// <item>the sender is not the tenant's: <c>sender_not_allowed</c> (R1.7);</item>
/// <item>no route: <c>no_route</c>;</item>
/// <item>a route, but no provider in its region: <c>region_forbidden</c> (R1.3);</item>
/// <item>its time has not come: deferred until then;</item>
/// <item>marketing in quiet hours of its recipient: deferred until they end (R3.4).</item>
/// </list>
/// What is against a message is told at once, even if its time has not come.
/// </remarks>
public static class Decision
{
    // Any of these stops every purpose: one test for the usual contact, which has none.
    private static readonly uint StopBits = default(ContactFlags).WithBlocked(true).WithStopped(true).WithRestricted(true).WithMinor(true).Bits;

    /// <summary>Decides about one message.</summary>
    /// <param name="flags">Of the contact, as they stand now.</param>
    /// <param name="facts">Of the message.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public static Verdict Decide(ContactFlags flags, in MessageFacts facts, long nowMs)
    {
        if (nowMs >= facts.ValidUntilMs)
        {
            return Verdict.Expire;
        }

        if ((flags.Bits & StopBits) != 0)
        {
            return Verdict.Reject(StopReason(flags));
        }

        bool marketing = facts.Purpose == Purpose.Marketing;
        if (marketing && flags.Suppressed)
        {
            return Verdict.Reject(Reason.Suppressed);
        }

        ConsentState consent = flags.For(facts.Purpose);
        if (consent >= ConsentState.Withdrawn)
        {
            return Verdict.Reject(Reason.OptedOut);
        }

        if (marketing && consent != ConsentState.Granted)
        {
            return Verdict.Reject(Reason.ConsentMissing);
        }

        if (!facts.SenderAllowed)
        {
            return Verdict.Reject(Reason.SenderNotAllowed);
        }

        if (!facts.HasRoute)
        {
            return Verdict.Reject(Reason.NoRoute);
        }

        if (facts.OutsideRegion)
        {
            return Verdict.Reject(Reason.RegionForbidden);
        }

        if (nowMs < facts.NotBeforeMs)
        {
            return Verdict.Defer(facts.NotBeforeMs);
        }

        return marketing && facts.QuietUntilMs > nowMs ? Verdict.DeferQuiet(facts.QuietUntilMs) : Verdict.Release;
    }

    /// <summary>
    /// As <see cref="Decide"/> for the one message that confirms a STOP to whoever sent it: the block and the withdrawal that it confirms do not hold it back, all else does (R2.3).
    /// </summary>
    public static Verdict DecideConfirmation(ContactFlags flags, in MessageFacts facts, long nowMs) =>
        Decide(flags.WithBlocked(false).With(facts.Purpose, ConsentState.Unknown), facts, nowMs);

    private static Reason StopReason(ContactFlags flags) =>
        flags.Blocked ? Reason.OptedOut : flags.Restricted ? Reason.Restricted : Reason.Underage;
}
