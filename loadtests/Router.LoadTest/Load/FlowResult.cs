namespace Router.LoadTest.Load;

/// <summary>What a flow did, in the form that is kept. Times are milliseconds.</summary>
internal sealed record FlowResult
{
    public required string Name { get; init; }

    /// <summary>Whether messages had intended times of their own; else they were sent as fast as they were taken, and latencies say little.</summary>
    public bool OpenLoop { get; init; }

    public double Seconds { get; init; }

    /// <summary>Due by the schedule.</summary>
    public long Offered { get; init; }

    public long Accepted { get; init; }

    public long TooMany { get; init; }

    public long Unavailable { get; init; }

    public long Failed { get; init; }

    /// <summary>Due and never sent, because no connection was free in time.</summary>
    public long Unsent { get; init; }

    public int? OddStatus { get; init; }

    /// <summary>Answer less intended time.</summary>
    public Percentiles Answered { get; init; } = new();

    public Percentiles SinceSent { get; init; } = new();

    public Percentiles Refusals { get; init; } = new();

    public Percentiles DriverLate { get; init; } = new();

    public double AcceptedPerSecond => Seconds > 0 ? Accepted / Seconds : 0;

    public long Refused => TooMany + Unavailable;
}
