using Router.Engine.Journal;

namespace Router.Engine.Webhooks;

/// <summary>Where a webhook's delivery stands: what is kept of it, so that another silo goes on from there.</summary>
public sealed record DeliveryProgress
{
    /// <summary>Everything up to here is done.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>Done beyond <see cref="Position"/>: taken while an event before them was not.</summary>
    public IReadOnlyList<LogPosition> Done { get; init; } = [];

    /// <summary>Tried and not taken.</summary>
    public IReadOnlyList<DeliveryRetry> Retries { get; init; } = [];

    /// <summary>Since when nothing was taken, Unix ms; 0: the last one was.</summary>
    public long FailingSinceMs { get; init; }

    /// <summary>Failures in a row, of any event.</summary>
    public int Failures { get; init; }

    /// <summary>Pauses of the whole webhook in a row.</summary>
    public int Pauses { get; init; }

    /// <summary>Nothing is tried before, Unix ms.</summary>
    public long PausedUntilMs { get; init; }

    /// <summary>Events given up: never taken in three days, while others were.</summary>
    public long GivenUp { get; init; }

    /// <summary>The same place with nothing held against the receiver: after its tenant changed something.</summary>
    public DeliveryProgress Anew() => this with { FailingSinceMs = 0, Failures = 0, Pauses = 0, PausedUntilMs = 0, Retries = [] };
}
