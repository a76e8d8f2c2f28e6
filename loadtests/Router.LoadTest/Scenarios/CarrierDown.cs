using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>The only carrier is gone for a third of the time: the router goes on accepting as before, and all leaves once it is back.</summary>
internal sealed class CarrierDown : Scenario
{
    internal override string Name => "carrier-down";

    internal override async Task RunAsync(LoadRun run)
    {
        bool lines = run.Options.Lines ?? false;
        double seconds = run.Options.Seconds ?? 45;
        double ceiling = await CeilingAsync(run, lines);
        await run.StartAsync(smpp: true);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await run.WarmUpAsync(key);
        double rate = await RateAsync(run, key, lines, 500);
        EventReader events = run.Listen(key);
        Outcome outcome = Outcome.Begin(run, events);
        double start = run.SecondsAt(Clock.Now);
        run.Mark($"{rate:N0}/s");
        Task weather = WeatherAsync(run, seconds / 3);
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", Schedule.Of((seconds, rate)), [key], lines));
        await weather;
        await outcome.EndAsync(flow[0].Accepted);
        run.Latency("intended time → 202", flow[0].Answered);
        CheckDriver(run, flow[0], ceiling, rate);
        CheckAllAccepted(run, flow[0]);
        long again = outcome.Carrier!.Again;
        int window = run.Options.Binds * run.Options.Window;
        run.Check("messages that reached the carrier twice were in flight when it went", again <= window, $"{again:N0}, at most {window:N0}");
        double before = run.Median("load p99", start, start + (seconds / 3));
        double down = run.Median("load p99", start + (seconds / 3), start + (seconds * 2 / 3));
        run.Check("answers are as fast without a carrier (p99 of each second, median)", down <= (2 * before) + 1, $"{before:0.00} ms before, {down:0.00} ms meanwhile", timed: true);
    }

    private static async Task WeatherAsync(LoadRun run, double seconds)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        run.Mark("the carrier is gone");
        run.Carrier!.Tell("down");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        run.Mark("the carrier is back");
        run.Carrier.Tell("up");
    }
}
