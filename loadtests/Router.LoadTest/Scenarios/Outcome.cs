using Router.LoadTest.Carrier;
using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>Measures a stretch of a run from its beginning until all that was accepted is delivered: rates, CPU and garbage a message, and that nothing is lost.</summary>
internal sealed class Outcome
{
    private const double SecondsBetweenLooks = 1e9;

    // A receipt told twice, or a message sent twice, comes after the count is reached.
    private static readonly TimeSpan quiet = TimeSpan.FromSeconds(2);

    private readonly LoadRun run;
    private readonly EventReader events;
    private readonly ProcessFigures before;
    private readonly ProcessFigures driverBefore;
    private readonly MetricsText metrics;
    private readonly long start;
    private readonly long acceptedBefore;
    private readonly long deliveredBefore;
    private readonly ulong acceptedIdsBefore;
    private readonly ulong deliveredIdsBefore;
    private readonly string prefix;

    private Outcome(LoadRun run, EventReader events, string prefix)
    {
        this.run = run;
        this.events = events;
        this.prefix = prefix;
        (acceptedBefore, deliveredBefore) = (events.Accepted, events.Delivered);
        (acceptedIdsBefore, deliveredIdsBefore) = (events.AcceptedIds, events.DeliveredIds);
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

    /// <param name="run">The run.</param>
    /// <param name="events">The tenant's events, all of which are of this stretch from now on.</param>
    /// <param name="prefix">Stands before the names of what is shown, where a run has several stretches.</param>
    internal static Outcome Begin(LoadRun run, EventReader events, string prefix = "") => new(run, events, prefix);

    /// <summary>Waits until all are delivered, then checks and shows.</summary>
    /// <param name="accepted">Messages answered as accepted since the beginning.</param>
    /// <param name="flow">The flow whose hand-over is shown.</param>
    /// <param name="mayRepeat">Whether messages may reach the carrier again: then the scenario says how many.</param>
    internal async Task EndAsync(long accepted, int flow = 0, bool mayRepeat = false)
    {
        await run.DrainAsync(events, deliveredBefore + accepted);
        double seconds = (Clock.Now - start) / SecondsBetweenLooks;
        DeliveredPerSecond = (events.Delivered - deliveredBefore) / seconds;
        ProcessFigures after = ProcessFigures.Of(run.Router.Pid)!.Value;
        MetricsText now = run.Sampler.Scrape();
        run.Figure($"{prefix}accepted, delivered and told", DeliveredPerSecond, "1/s");
        run.Figure($"{prefix}router's CPU a message", (after.CpuSeconds - before.CpuSeconds) * 1e6 / Math.Max(accepted, 1), "µs");
        run.Figure($"{prefix}driver's CPU a message", (ProcessFigures.Of(Environment.ProcessId)!.Value.CpuSeconds - driverBefore.CpuSeconds) * 1e6 / Math.Max(accepted, 1), "µs");
        run.Figure($"{prefix}router's garbage a message", Grown(now, "dotnet_gc_heap_total_allocated_bytes_total") / Math.Max(accepted, 1), "B");
        run.Figure($"{prefix}gen-2 collections", Grown(now, "dotnet_gc_collections_total", "gc_heap_generation=\"gen2\""), "");
        run.Figure($"{prefix}messages a commit", accepted / Math.Max(1, Grown(now, "router_journal_commits_total")), "");
        run.Figure($"{prefix}router's resident memory", after.ResidentBytes / 1048576.0, "MiB");
        await Task.Delay(quiet);
        CheckEvents(accepted);
        (Percentiles handed, Percentiles toldAfter) = await events.TakeAsync();
        Handed = handed;
        if (run.Carrier is { } carrier)
        {
            Carrier = await carrier.MarkAsync();
            Handed = Carrier.Handed[flow];
            run.Check($"{prefix}the carrier got each message", Carrier.Different == accepted && Carrier.Unstamped == 0, $"{Carrier.Different:N0} of {accepted:N0}");
            if (!mayRepeat)
            {
                run.Check($"{prefix}no message reached the carrier twice", Carrier.Again == 0, $"{Carrier.Again:N0}");
            }
        }

        run.Latency($"{prefix}intended time → handed to the carrier", Handed);
        run.Latency($"{prefix}intended time → told as delivered", toldAfter);
    }

    private void CheckEvents(long accepted)
    {
        long told = events.Delivered - deliveredBefore;
        long toldAccepted = events.Accepted - acceptedBefore;
        run.Check($"{prefix}messages were accepted", accepted > 0, $"{accepted:N0}");
        run.Check($"{prefix}each accepted message was told as delivered, once", told == accepted && toldAccepted == accepted, $"{told:N0} of {accepted:N0}, {toldAccepted:N0} told as accepted");

        // One that is lost and another told twice are as many.
        bool same = events.AcceptedIds - acceptedIdsBefore == events.DeliveredIds - deliveredIdsBefore;
        run.Check($"{prefix}those told as delivered are those told as accepted (sums of their ids)", same, same ? "equal" : "different");
    }

    private double Grown(MetricsText now, string name, string label = "") => now.Sum(name, label) - metrics.Sum(name, label);
}
