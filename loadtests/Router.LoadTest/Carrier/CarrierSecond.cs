namespace Router.LoadTest.Carrier;

/// <summary>What the carrier tells each second.</summary>
internal sealed record CarrierSecond
{
    /// <summary>When, of <see cref="Load.Clock"/>.</summary>
    public long At { get; init; }

    /// <summary>Submits since the last mark.</summary>
    public long Submits { get; init; }

    /// <summary>Clients bound.</summary>
    public int Binds { get; init; }

    public Flow[] Flows { get; init; } = [];

    /// <summary>Arrival less intended time of a flow.</summary>
    /// <param name="Number">The flow.</param>
    /// <param name="Count">Messages since the last mark.</param>
    /// <param name="Milliseconds">p50, p99, p99.9 and most of the last second. Only flows that had messages in it are told.</param>
    internal sealed record Flow(int Number, long Count, double[] Milliseconds);
}
