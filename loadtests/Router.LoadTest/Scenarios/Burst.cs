using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>Ten times the rate for five seconds: all of it is accepted, and what it left behind is gone soon.</summary>
internal sealed class Burst : Scenario
{
    private const double Times = 10;
    private const double BurstSecondsMax = 5;

    internal override string Name => "burst";

    internal override async Task RunAsync(LoadRun run)
    {
        bool lines = run.Options.Lines ?? false;
        double seconds = run.Options.Seconds ?? 30;
        double burst = Math.Min(BurstSecondsMax, seconds / 3);
        double around = (seconds - burst) / 2;
        double ceiling = await CeilingAsync(run, lines);
        await run.StartAsync(run.Options.Smpp ?? true);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await run.WarmUpAsync(key);
        double rate = run.Options.Share is { } share ? share * await MaximumAsync(run, key, lines) / Times : run.Options.Rate ?? 500;
        run.Mark($"{rate:N0}/s, for {burst:0} s in the middle {rate * Times:N0}/s");
        EventReader events = run.Listen(key);
        Outcome outcome = Outcome.Begin(run, events);
        double start = run.SecondsAt(Clock.Now);
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", Schedule.Of((around, rate), (burst, rate * Times), (around, rate)), [key], lines));
        await outcome.EndAsync(flow[0].Accepted);
        run.Latency("intended time → 202", flow[0].Answered);
        CheckDriver(run, flow[0], ceiling, rate * Times);
        CheckAllAccepted(run, flow[0]);
        double before = run.Median("load p99", start, start + around);
        double after = run.Median("load p99", start + around + burst + (around / 2), start + seconds);
        run.Check("the last seconds are as those before it (p99 of each second, median)", after <= (2 * before) + 1, $"{before:0.00} ms before, {after:0.00} ms after", timed: true);
    }
}
