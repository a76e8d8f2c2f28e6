using Router.LoadTest.Carrier;
using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>Measures a stretch of a run from its beginning until all that was accepted is delivered: rates, CPU and garbage a message, and that nothing is lost.</summary>
internal sealed class Outcome
{
    private const double SecondsBetweenLooks = 1e9;

    private readonly LoadRun run;
    private readonly EventReader events;
    private readonly ProcessFigures before;
    private readonly ProcessFigures driverBefore;
    private readonly MetricsText metrics;
    private readonly long start;
    private readonly long acceptedBefore;
    private readonly long deliveredBefore;

    private Outcome(LoadRun run, EventReader events)
    {
        this.run = run;
        this.events = events;
        (acceptedBefore, deliveredBefore) = (events.Accepted, events.Delivered);
        metrics = run.Sampler.Scrape();
        before = ProcessFigures.Of(run.Router.Pid)!.Value;
        driverBefore = ProcessFigures.Of(Environment.ProcessId)!.Value;
        start = Clock.Now;
    }

    /// <summary>What the carrier saw, where there is one.</summary>
    internal CarrierSum? Carrier { get; private set; }

    /// <summary>Until the provider had it, by the carrier's clock or else by sampled events.</summary>
    internal Percentiles Handed { get; private set; } = new();

    /// <summary>Delivered a second, from the first message to the last delivery.</summary>
    internal double DeliveredPerSecond { get; private set; }

    internal static Outcome Begin(LoadRun run, EventReader events) => new(run, events);

    /// <summary>Waits until all are delivered, then checks and shows.</summary>
    /// <param name="accepted">Messages answered as accepted since the beginning.</param>
    /// <param name="flow">The flow whose hand-over is shown.</param>
    internal async Task EndAsync(long accepted, int flow = 0)
    {
        bool drained = await run.DrainAsync(events, deliveredBefore + accepted);
        double seconds = (Clock.Now - start) / SecondsBetweenLooks;
        long told = events.Delivered - deliveredBefore;
        DeliveredPerSecond = told / seconds;
        run.Check("each accepted message was told as delivered, once", drained && told == accepted && events.Accepted - acceptedBefore == accepted, $"{told:N0} of {accepted:N0}");
        ProcessFigures after = ProcessFigures.Of(run.Router.Pid)!.Value;
        MetricsText now = run.Sampler.Scrape();
        run.Figure("accepted, delivered and told", DeliveredPerSecond, "1/s");
        run.Figure("router's CPU a message", (after.CpuSeconds - before.CpuSeconds) * 1e6 / Math.Max(accepted, 1), "µs");
        run.Figure("driver's CPU a message", (ProcessFigures.Of(Environment.ProcessId)!.Value.CpuSeconds - driverBefore.CpuSeconds) * 1e6 / Math.Max(accepted, 1), "µs");
        run.Figure("router's garbage a message", Grown(now, "dotnet_gc_heap_total_allocated_bytes_total") / Math.Max(accepted, 1), "B");
        run.Figure("gen-2 collections", Grown(now, "dotnet_gc_collections_total", "gc_heap_generation=\"gen2\""), "");
        run.Figure("messages a commit", accepted / Math.Max(1, Grown(now, "router_journal_commits_total")), "");
        run.Figure("router's resident memory", after.ResidentBytes / 1048576.0, "MiB");
        (Percentiles handed, Percentiles toldAfter) = await events.TakeAsync();
        Handed = handed;
        if (run.Carrier is { } carrier)
        {
            Carrier = await carrier.MarkAsync();
            Handed = Carrier.Handed[flow];
            run.Check("the carrier got each message", Carrier.Different == accepted && Carrier.Unstamped == 0, $"{Carrier.Different:N0} of {accepted:N0}");
        }

        run.Latency("intended time → handed to the carrier", Handed);
        run.Latency("intended time → told as delivered", toldAfter);
    }

    private double Grown(MetricsText now, string name, string label = "") => now.Sum(name, label) - metrics.Sum(name, label);
}
