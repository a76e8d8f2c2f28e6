using HdrHistogram;

namespace Router.LoadTest.Load;

/// <summary>A histogram in short, milliseconds; <see cref="Curve"/> is what the report draws.</summary>
internal sealed record Percentiles
{
    /// <summary>Percentiles of <see cref="Curve"/>: each halves what is left.</summary>
    internal static readonly double[] Points = [0, 25, 50, 75, 87.5, 93.75, 96.875, 98.4375, 99.21875, 99.609375, 99.8046875, 99.90234375, 99.951171875, 99.9755859375, 99.98779296875, 99.993896484375];

    public long Count { get; init; }

    public double P50 { get; init; }

    public double P90 { get; init; }

    public double P99 { get; init; }

    public double P999 { get; init; }

    public double Max { get; init; }

    /// <summary>Values at <see cref="Points"/>.</summary>
    public double[] Curve { get; init; } = [];

    internal static Percentiles Of(LongHistogram histogram) => histogram.TotalCount == 0 ? new Percentiles() : new Percentiles
    {
        Count = histogram.TotalCount,
        P50 = histogram.GetValueAtPercentile(50) / 1e3,
        P90 = histogram.GetValueAtPercentile(90) / 1e3,
        P99 = histogram.GetValueAtPercentile(99) / 1e3,
        P999 = histogram.GetValueAtPercentile(99.9) / 1e3,
        Max = histogram.GetValueAtPercentile(100) / 1e3,
        Curve = [.. Points.Select(p => histogram.GetValueAtPercentile(p) / 1e3)],
    };

    public override string ToString() => Count == 0 ? "none" : $"p50 {P50:0.00} p90 {P90:0.00} p99 {P99:0.00} p99.9 {P999:0.00} max {Max:0.00} ms";
}
