using Router.Engine.Providers;

namespace Router.Engine.Dispatch;

/// <summary>How a provider is on a silo, as the dispatcher sees it; for people.</summary>
public sealed record ProviderLook
{
    /// <summary>The account's number.</summary>
    public required int Number { get; init; }

    /// <summary>At least one session is up.</summary>
    public required bool IsUp { get; init; }

    /// <summary>It releases nothing new.</summary>
    public required bool IsDraining { get; init; }

    /// <summary>Where its breaker stands.</summary>
    public required BreakerState Breaker { get; init; }

    /// <summary>Segments asked for or released and without an outcome.</summary>
    public required int InFlight { get; init; }

    /// <summary>Outcomes that are not kept yet.</summary>
    public required int Unkept { get; init; }

    /// <summary>Segments in flight at most.</summary>
    public required int Window { get; init; }

    /// <summary>Lanes that have something for it.</summary>
    public required int Lanes { get; init; }

    /// <summary>It throttled and is not asked for more just now.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Segments taken or refused for good, since the silo started or the account was made.</summary>
    public required long Good { get; init; }

    /// <summary>Segments failed or without an answer.</summary>
    public required long Bad { get; init; }

    /// <summary>Segments throttled.</summary>
    public required long Throttled { get; init; }

    /// <summary>Segments by the number of their <see cref="OutcomeKind"/>, since the silo started or the account was made.</summary>
    public required long[] Outcomes { get; init; }

    /// <summary>From handed over until it answered, of the last minute, sampled: half took no longer; null: none.</summary>
    public required TimeSpan? LatencyHalf { get; init; }

    /// <summary>The same of 99 in 100.</summary>
    public required TimeSpan? LatencyMost { get; init; }

    /// <summary>What the provider itself tells.</summary>
    public required ProviderStatus Status { get; init; }
}
