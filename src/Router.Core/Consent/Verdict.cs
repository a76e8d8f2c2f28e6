using Router.Core.Messages;

namespace Router.Core.Consent;

/// <summary>What was decided about a message (DESIGN §2).</summary>
public enum VerdictKind : byte
{
    /// <summary>Nothing decided; never returned.</summary>
    None = 0,

    /// <summary>It may leave now.</summary>
    Release = 1,

    /// <summary>It must wait until <see cref="Verdict.UntilMs"/>, then it is decided again.</summary>
    Defer = 2,

    /// <summary>It must not leave, for <see cref="Verdict.Reason"/>. Final.</summary>
    Reject = 3,

    /// <summary>Its validity has ended. Final.</summary>
    Expire = 4,
}

/// <summary>A decision about one message at one moment. The default value releases nothing.</summary>
public readonly record struct Verdict
{
    private Verdict(VerdictKind kind, Reason reason, long untilMs)
    {
        Kind = kind;
        Reason = reason;
        UntilMs = untilMs;
    }

    /// <summary>What was decided.</summary>
    public VerdictKind Kind { get; }

    /// <summary>Why: of a rejection one of 1 to 63, of an expiry <see cref="Reason.Expired"/>, of what waits for quiet hours to end <see cref="Reason.QuietHours"/>, else <see cref="Reason.None"/>.</summary>
    public Reason Reason { get; }

    /// <summary>When a deferred message is decided again, Unix milliseconds; else 0.</summary>
    public long UntilMs { get; }

    /// <summary>It may leave now.</summary>
    public static Verdict Release => new(VerdictKind.Release, Reason.None, 0);

    /// <summary>Its validity has ended.</summary>
    public static Verdict Expire => new(VerdictKind.Expire, Reason.Expired, 0);

    /// <summary>It waits until <paramref name="untilMs"/> (Unix milliseconds).</summary>
    public static Verdict Defer(long untilMs) => new(VerdictKind.Defer, Reason.None, untilMs);

    /// <summary>It waits until quiet hours end at <paramref name="untilMs"/> (Unix milliseconds).</summary>
    public static Verdict DeferQuiet(long untilMs) => new(VerdictKind.Defer, Reason.QuietHours, untilMs);

    /// <summary>It must not leave.</summary>
    public static Verdict Reject(Reason reason) => new(VerdictKind.Reject, reason, 0);
}
