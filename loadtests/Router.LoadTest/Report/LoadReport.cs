using Router.LoadTest.Load;

namespace Router.LoadTest.Report;

/// <summary>All that is kept of a run: <c>report.json</c>, from which <c>report.html</c> is drawn.</summary>
internal sealed record LoadReport
{
    public required string Scenario { get; init; }

    public required string Command { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required double Seconds { get; init; }

    /// <summary>What it ran on and what it ran, by name.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    public IReadOnlyList<Check> Checks { get; init; } = [];

    public IReadOnlyList<Figure> Figures { get; init; } = [];

    public IReadOnlyList<FlowResult> Flows { get; init; } = [];

    /// <summary>Distributions by name: drawn as curves.</summary>
    public IReadOnlyDictionary<string, Percentiles> Latencies { get; init; } = new Dictionary<string, Percentiles>();

    public IReadOnlyList<Mark> Marks { get; init; } = [];

    public IReadOnlyList<Line> Lines { get; init; } = [];

    /// <summary>One line of one chart.</summary>
    internal sealed record Line(string Chart, string Name, string Unit, IReadOnlyList<double> Times, IReadOnlyList<double> Values)
    {
        internal static Line Of(Track track) => new(track.Chart, track.Name, track.Unit, track.Times, track.Values);

        /// <summary>What was watched in pieces, such as before and after a restart, is one line.</summary>
        internal static Line Joined(IEnumerable<Line> pieces)
        {
            Line[] all = [.. pieces.OrderBy(static p => p.Times[0])];
            return all[0] with { Times = [.. all.SelectMany(static p => p.Times)], Values = [.. all.SelectMany(static p => p.Values)] };
        }
    }
}
