using HdrHistogram;
using Router.LoadTest.Report;

namespace Router.LoadTest.Load;

/// <summary>Latencies of a run, in µs: a histogram of all, one of the current second, and percentiles second by second. For one thread; read it when that has ended.</summary>
internal sealed class Latencies(string chart, string name)
{
    private const long HighestMicros = 3_600_000_000;
    private const int Digits = 3;

    private readonly LongHistogram second = new(HighestMicros, Digits);
    private readonly List<double> stalled = [];
    private readonly Track p50 = new(chart, $"{name} p50", "ms");
    private readonly Track p99 = new(chart, $"{name} p99", "ms");
    private readonly Track p999 = new(chart, $"{name} p99.9", "ms");
    private readonly Track max = new(chart, $"{name} max", "ms");

    /// <summary>All of them.</summary>
    internal LongHistogram Total { get; private set; } = new(HighestMicros, Digits);

    /// <summary>Percentiles over time.</summary>
    internal IEnumerable<Track> Tracks => [p50, p99, p999, max];

    /// <summary>p50 and p99 of the last whole second, ms.</summary>
    internal (double P50, double P99) Last { get; private set; }

    /// <summary>One more, in nanoseconds; what is less than nothing (clocks of others) is nothing.</summary>
    internal void Record(long nanoseconds) => second.RecordValue(Math.Clamp(nanoseconds / 1_000, 0, HighestMicros));

    /// <summary>A second is over, at <paramref name="at"/> seconds of the run.</summary>
    /// <param name="at">Seconds of the run.</param>
    /// <param name="isStalled">Whether something was waited for and nothing came: such a second is as bad as the next one that has something.</param>
    internal void EndSecond(double at, bool isStalled = false)
    {
        if (second.TotalCount == 0)
        {
            if (isStalled)
            {
                stalled.Add(at);
            }

            return;
        }

        stalled.Add(at);
        foreach (double one in stalled)
        {
            p50.Add(one, Milliseconds(second, 50));
            p99.Add(one, Milliseconds(second, 99));
            p999.Add(one, Milliseconds(second, 99.9));
            max.Add(one, Milliseconds(second, 100));
        }

        stalled.Clear();
        Last = (Milliseconds(second, 50), Milliseconds(second, 99));
        Total.Add(second);
        second.Reset();
    }

    /// <summary>Takes what was gathered since the last time, the current second included.</summary>
    internal Percentiles TakeTotal()
    {
        Total.Add(second);
        second.Reset();
        Percentiles taken = Percentiles.Of(Total);
        Total = new LongHistogram(HighestMicros, Digits);
        return taken;
    }

    private static double Milliseconds(LongHistogram histogram, double percentile) => histogram.GetValueAtPercentile(percentile) / 1e3;
}
