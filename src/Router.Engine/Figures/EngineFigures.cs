using Router.Core.Messages;
using Router.Engine.Limits;

namespace Router.Engine.Figures;

/// <summary>How many messages took a status for a reason, since the silo started.</summary>
public readonly record struct StatusCount(MessageStatus Status, Reason Reason, long Count);

/// <summary>A rate limit that lets nothing go just now.</summary>
/// <param name="Key">Which.</param>
/// <param name="Lanes">Lanes that it holds back.</param>
public readonly record struct ReachedLimit(LimitKey Key, int Lanes);

/// <summary>What a silo's engine tells people of itself; made when asked for.</summary>
public sealed record EngineFigures
{
    /// <summary>By status and reason.</summary>
    public required IReadOnlyList<StatusCount> Messages { get; init; }

    /// <summary>From acceptance until a provider took it, of the last minute: half took no longer; null: none left.</summary>
    public required TimeSpan? WaitHalf { get; init; }

    /// <summary>The same of 99 in 100.</summary>
    public required TimeSpan? WaitMost { get; init; }

    /// <summary>Receipts awaited, in memory.</summary>
    public required int ReceiptsAwaited { get; init; }

    /// <summary>Receipts that found no message.</summary>
    public required int ReceiptsUnmatched { get; init; }

    /// <summary>Limits reached; may be a second old.</summary>
    public required IReadOnlyList<ReachedLimit> Limits { get; init; }
}
