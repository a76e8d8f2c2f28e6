using System.Diagnostics.Metrics;
using Router.Engine.Figures;
using Router.Engine.Journal;

namespace Router.Storage.Sqlite;

/// <summary>What the journal tells of its commits: the meter <c>Router.Journal</c>, and figures for people. The writer's thread tells, any reads.</summary>
internal sealed class JournalMeter : IDisposable
{
    private readonly Meter meter = new("Router.Journal");
    private readonly Histogram<double> duration;
    private readonly Histogram<int> entries;
    private readonly RecentDurations recent = new();
    private readonly Func<long> walBytes;
    private readonly Func<long> commits;
    private long failures;
    private long entriesKept;

    /// <param name="walBytes">Bytes of the write-ahead log now.</param>
    /// <param name="commits">Number of the last commit.</param>
    public JournalMeter(Func<long> walBytes, Func<long> commits)
    {
        this.walBytes = walBytes;
        this.commits = commits;
        duration = meter.CreateHistogram(
            "router.journal.commit.duration", "s", "from the first row written until the disk had it",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
        entries = meter.CreateHistogram(
            "router.journal.commit.entries", "{entry}", "messages and changes of one commit",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536] });
        meter.CreateObservableCounter("router.journal.failures", () => Volatile.Read(ref failures), "{commit}", "commits that failed");
        meter.CreateObservableUpDownCounter("router.journal.wal", walBytes, "By", "size of the write-ahead log");
        meter.CreateObservableCounter("router.journal.commits", commits, "{commit}", "commits in the log, over all lives of the store");
    }

    /// <summary>How it is.</summary>
    /// <param name="nowMs">The clock of <see cref="Committed"/>.</param>
    public JournalFigures Figures(long nowMs) =>
        new(commits(), Volatile.Read(ref entriesKept), recent.Quantile(0.5, nowMs), recent.Quantile(0.99, nowMs), walBytes());

    /// <summary>A commit was made.</summary>
    public void Committed(TimeSpan took, int count, long nowMs)
    {
        recent.Add(took, nowMs);
        Volatile.Write(ref entriesKept, entriesKept + count);
        if (duration.Enabled)
        {
            duration.Record(took.TotalSeconds);
        }

        // A commit of grains' state alone has none.
        if (count > 0 && entries.Enabled)
        {
            entries.Record(count);
        }
    }

    /// <summary>A commit failed.</summary>
    public void Failed() => Interlocked.Increment(ref failures);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
