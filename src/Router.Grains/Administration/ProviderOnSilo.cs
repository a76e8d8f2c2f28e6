using Router.Engine.Dispatch;
using Router.Engine.Providers;

namespace Router.Grains.Administration;

/// <summary>How a provider is on one silo; <see cref="ProviderLook"/> on its way to another.</summary>
[GenerateSerializer, Immutable]
public sealed record ProviderOnSilo
{
    /// <summary>The account's number.</summary>
    [Id(0)]
    public required int Number { get; init; }

    /// <summary>See <see cref="ProviderLook.IsUp"/>.</summary>
    [Id(1)]
    public required bool IsUp { get; init; }

    /// <summary>See <see cref="ProviderLook.Breaker"/>.</summary>
    [Id(2)]
    public required BreakerState Breaker { get; init; }

    /// <summary>See <see cref="ProviderLook.InFlight"/>.</summary>
    [Id(3)]
    public required int InFlight { get; init; }

    /// <summary>See <see cref="ProviderLook.Unkept"/>.</summary>
    [Id(4)]
    public required int Unkept { get; init; }

    /// <summary>See <see cref="ProviderLook.Window"/>.</summary>
    [Id(5)]
    public required int Window { get; init; }

    /// <summary>See <see cref="ProviderLook.Lanes"/>.</summary>
    [Id(6)]
    public required int Lanes { get; init; }

    /// <summary>It throttles now, by its answers or by what its sessions tell.</summary>
    [Id(7)]
    public required bool IsThrottled { get; init; }

    /// <summary>See <see cref="ProviderLook.Good"/>.</summary>
    [Id(8)]
    public required long Good { get; init; }

    /// <summary>See <see cref="ProviderLook.Bad"/>.</summary>
    [Id(9)]
    public required long Bad { get; init; }

    /// <summary>See <see cref="ProviderLook.Throttled"/>.</summary>
    [Id(10)]
    public required long Throttled { get; init; }

    /// <summary>See <see cref="ProviderStatus.SessionsOpen"/>.</summary>
    [Id(11)]
    public required int SessionsOpen { get; init; }

    /// <summary>See <see cref="ProviderStatus.SessionsWanted"/>.</summary>
    [Id(12)]
    public required int SessionsWanted { get; init; }

    /// <summary>See <see cref="ProviderStatus.PerSecond"/>.</summary>
    [Id(13)]
    public int? PerSecond { get; init; }

    /// <summary>See <see cref="ProviderStatus.LastError"/>.</summary>
    [Id(14)]
    public string? LastError { get; init; }

    /// <summary>See <see cref="ProviderStatus.LastErrorAt"/>.</summary>
    [Id(15)]
    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>See <see cref="ProviderLook.Outcomes"/>.</summary>
    [Id(16)]
    public required long[] Outcomes { get; init; }

    /// <summary>See <see cref="ProviderLook.LatencyHalf"/>.</summary>
    [Id(17)]
    public TimeSpan? LatencyHalf { get; init; }

    /// <summary>See <see cref="ProviderLook.LatencyMost"/>.</summary>
    [Id(18)]
    public TimeSpan? LatencyMost { get; init; }

    /// <summary>Packs <paramref name="look"/>.</summary>
    public static ProviderOnSilo Of(ProviderLook look)
    {
        ArgumentNullException.ThrowIfNull(look);
        return new ProviderOnSilo
        {
            Number = look.Number,
            IsUp = look.IsUp,
            Breaker = look.Breaker,
            InFlight = look.InFlight,
            Unkept = look.Unkept,
            Window = look.Window,
            Lanes = look.Lanes,
            IsThrottled = look.IsPaused || look.Status.Throttled,
            Good = look.Good,
            Bad = look.Bad,
            Throttled = look.Throttled,
            Outcomes = look.Outcomes,
            LatencyHalf = look.LatencyHalf,
            LatencyMost = look.LatencyMost,
            SessionsOpen = look.Status.SessionsOpen,
            SessionsWanted = look.Status.SessionsWanted,
            PerSecond = look.Status.PerSecond,
            LastError = look.Status.LastError,
            LastErrorAt = look.Status.LastErrorAt,
        };
    }
}
