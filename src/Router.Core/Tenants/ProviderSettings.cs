namespace Router.Core.Tenants;

/// <summary>What an operator sets for a provider account (<c>PUT /admin/providers/{provider}</c>, DESIGN §6). Persisted as JSON.</summary>
public sealed record ProviderSettings
{
    /// <summary>Which protocol: <c>loopback</c>, <c>smpp</c> …</summary>
    public required string Kind { get; init; }

    /// <summary>Words of the channels it carries, at least one.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>Cost of a message in any one unit, 0 to 1,000,000; the cheaper healthy provider of a route is tried first.</summary>
    public decimal Cost { get; init; }

    /// <summary>Data region it stands in (R1.3); null: none, then it carries only what may go anywhere.</summary>
    public string? Region { get; init; }

    /// <summary>Limits of the account.</summary>
    public ProviderLimits Limits { get; init; } = new();

    /// <summary>False stops all reading and sending at once (R1.6).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The kind's own settings, as a JSON object.</summary>
    public string Settings { get; init; } = "{}";

    /// <summary>Kind and channels only: the kind's own settings hold passwords.</summary>
    public override string ToString() => $"{Kind} for {string.Join(", ", Channels)}";
}

/// <summary>Limits of a provider account. Both count what the protocol sends: for SMS, segments.</summary>
public sealed record ProviderLimits
{
    /// <summary>Departures a second, 1 to 1,000,000; none: no limit.</summary>
    public int? PerSecond { get; init; }

    /// <summary>Departures without an outcome, 1 to 100,000; none: the kind's own (SMPP: binds × window; loopback: 2,000).</summary>
    public int? InFlight { get; init; }
}
