namespace Router.Engine.Providers;

/// <summary>How a provider is on this silo, for people and dashboards: a snapshot, made when asked for. Cold.</summary>
/// <param name="SessionsOpen">Sessions that are up (SMPP: binds, of pairs each half; loopback: 1 once it is started).</param>
/// <param name="SessionsWanted">Sessions that it keeps open when all is well.</param>
/// <param name="Window">Departures without an outcome that all sessions together may have.</param>
/// <param name="InFlight">Departures written and without an answer.</param>
/// <param name="Queued">Departures taken and not written yet.</param>
/// <param name="Throttled">Whether the carrier's own limit slows it now.</param>
/// <param name="PerSecond">Departures a second that it allows itself while it is slowed; null: as many as it gets.</param>
/// <param name="LastError">Why the last session that failed did: a phrase with the remedy, never an address, a secret or a text of the peer's; null: none failed since the last one came up.</param>
/// <param name="LastErrorAt">When that was.</param>
public sealed record ProviderStatus(
    int SessionsOpen, int SessionsWanted, int Window, int InFlight, int Queued, bool Throttled, int? PerSecond, string? LastError, DateTimeOffset? LastErrorAt);
