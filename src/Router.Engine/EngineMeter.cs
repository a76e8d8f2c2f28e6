using System.Diagnostics.Metrics;
using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Figures;
using Router.Engine.Providers;

namespace Router.Engine;

/// <summary>
/// What the engine tells of itself: the meter <c>Router.Engine</c>. Nearly all of it is read when somebody looks, from what the engine counts anyway; names are those of
/// <c>ops/</c>'s board and alerts, which a test holds together.
/// </summary>
internal sealed class EngineMeter : IDisposable
{
    private readonly SiloEngine engine;
    private readonly Meter meter = new("Router.Engine");
    private readonly Histogram<double> wait;
    private readonly Histogram<double> latency;
    private readonly RecentDurations recentWait = new();

    public EngineMeter(SiloEngine engine)
    {
        this.engine = engine;
        meter.CreateObservableCounter("router.messages", Messages, "{message}", "statuses that messages took, by status and reason");
        meter.CreateObservableUpDownCounter("router.messages.waiting", () => engine.States().Sum(static s => (long)s.Waiting), "{message}", "messages accepted and not finished");
        meter.CreateObservableUpDownCounter("router.shards", () => engine.States().Count, "{shard}", "shards owned by this silo");
        meter.CreateObservableUpDownCounter("router.lanes", () => engine.Dispatcher.LaneCount, "{lane}", "lanes known to the dispatcher");
        meter.CreateObservableUpDownCounter("router.receipts.awaited", () => engine.Receipts.AwaitedCount, "{receipt}", "receipts awaited, in memory");
        meter.CreateObservableUpDownCounter("router.receipts.unmatched", () => engine.Receipts.UnmatchedCount, "{receipt}", "receipts that found no message yet");
        meter.CreateObservableCounter("router.provider.outcomes", Outcomes, "{segment}", "what providers said of segments, by provider and outcome");
        meter.CreateObservableUpDownCounter("router.provider.up", () => Of(static l => l is { Up: true, Closed: false } ? 1 : 0), description: "1: the account has a session");
        meter.CreateObservableUpDownCounter("router.provider.window", () => Of(static l => l.Window), "{segment}", "segments in flight at most");
        meter.CreateObservableUpDownCounter("router.provider.in_flight", () => Of(static l => Math.Max(l.InFlight, 0)), "{segment}", "segments asked for or with the provider");
        meter.CreateObservableUpDownCounter("router.provider.unkept", () => Of(static l => Math.Max(l.Unkept, 0)), "{segment}", "outcomes that are not kept yet");
        meter.CreateObservableUpDownCounter("router.provider.paused", () => Of(l => l.PausedUntil > engine.Timestamp ? 1 : 0), description: "1: it throttled, and is asked for nothing now");
        latency = meter.CreateHistogram(
            "router.provider.latency", "s", "from handed over until the provider answered; one message at a time is followed",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        wait = meter.CreateHistogram(
            "router.message.wait", "s", "from acceptance until a provider took it",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200] });
    }

    /// <summary>A provider took a message that was accepted so long ago. Any thread.</summary>
    public void Sent(long waitedMs)
    {
        recentWait.Add(TimeSpan.FromMilliseconds(Math.Max(waitedMs, 0)), engine.UnixMs);
        if (wait.Enabled)
        {
            wait.Record(Math.Max(waitedMs, 0) / 1000.0);
        }
    }

    /// <summary>A provider answered for a message that it was handed so long ago. Any thread.</summary>
    public void Answered(string provider, TimeSpan took)
    {
        if (latency.Enabled)
        {
            latency.Record(took.TotalSeconds, new KeyValuePair<string, object?>("provider", provider));
        }
    }

    /// <summary>Waits of the last minute (<see cref="Sent"/>).</summary>
    public TimeSpan? WaitOf(double share) => recentWait.Quantile(share, engine.UnixMs);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<long>> Messages()
    {
        foreach ((MessageStatus status, Reason reason, long count) in engine.Counts.All())
        {
            yield return reason == Reason.None
                ? new(count, new KeyValuePair<string, object?>("status", WireNames.Of(status)))
                : new(count, new KeyValuePair<string, object?>("status", WireNames.Of(status)), new KeyValuePair<string, object?>("reason", WireNames.Of(reason)));
        }
    }

    private IEnumerable<Measurement<long>> Outcomes()
    {
        foreach (ProviderLink link in engine.Dispatcher.Links)
        {
            foreach (OutcomeKind kind in Enum.GetValues<OutcomeKind>())
            {
                yield return new(link.Outcomes.Of(kind), new("provider", link.Account.Name), new("outcome", WordOf(kind)));
            }
        }
    }

    private IEnumerable<Measurement<int>> Of(Func<ProviderLink, int> value)
    {
        foreach (ProviderLink link in engine.Dispatcher.Links)
        {
            yield return new(value(link), new KeyValuePair<string, object?>("provider", link.Account.Name));
        }
    }

    /// <summary>The word of an outcome in metrics and traces.</summary>
    public static string WordOf(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Sent => "sent",
        OutcomeKind.Lapsed => "lapsed",
        OutcomeKind.Throttled => "throttled",
        OutcomeKind.Failed => "failed",
        OutcomeKind.Refused => "refused",
        OutcomeKind.Unknown => "unknown",
        OutcomeKind.Unsent => "unsent",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not an outcome"),
    };
}
