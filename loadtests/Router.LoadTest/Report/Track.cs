namespace Router.LoadTest.Report;

/// <summary>Values over the time of a run, for one line of one chart. One thread adds; the terminal may look at <see cref="Last"/> meanwhile, all else waits for the end.</summary>
/// <param name="chart">The chart it belongs to: its title.</param>
/// <param name="name">What it is.</param>
/// <param name="unit">Of its values.</param>
internal sealed class Track(string chart, string name, string unit)
{
    private readonly List<double> times = [];
    private readonly List<double> values = [];

    public string Chart { get; } = chart;

    public string Name { get; } = name;

    public string Unit { get; } = unit;

    /// <summary>Seconds of the run.</summary>
    public IReadOnlyList<double> Times => times;

    public IReadOnlyList<double> Values => values;

    /// <summary>The latest value.</summary>
    internal double Last { get; private set; }

    internal void Add(double at, double value)
    {
        Last = value;
        times.Add(Math.Round(at, 3));
        values.Add(Math.Round(value, 4));
    }
}
