using Router.LoadTest.Carrier;
using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>The only carrier is gone for a third of the time: the router goes on accepting as before, and all leaves once it is back.</summary>
internal sealed class CarrierDown : Scenario
{
    // Before the cut nothing is answered for so long: else nothing would be in flight as it comes.
    private const double HoldSeconds = 1;

    // Delays between tries double from 200 ms to 30 s, ± 20 % (SmppBind's Backoff): with the shortest ones before it, the one that goes on as the carrier comes back is the longest.
    private const double BackoffFirstSeconds = 0.2;
    private const double BackoffLastSeconds = 30;
    private const double Jitter = 0.2;

    // Connecting, binding, the first release.
    private const double BindSeconds = 2;

    // What piled up leaves much faster than it comes.
    private const double CatchUpSeconds = 5;
    private const double AnswerMsMax = 1_000;

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
        double outage = seconds / 3;
        Task weather = WeatherAsync(run, outage);
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", Schedule.Of((seconds, rate)), [key], lines));
        await weather;
        await outcome.EndAsync(flow[0].Accepted, mayRepeat: true);
        run.Latency("intended time → 202", flow[0].Answered);
        CheckDriver(run, flow[0], ceiling, rate);
        CheckAllAccepted(run, flow[0]);
        CarrierSum carrier = outcome.Carrier!;
        int window = run.Options.Binds * run.Options.Window;
        run.Check("messages that reached the carrier twice were in flight when it went", carrier.Again >= 1 && carrier.Again <= carrier.Unanswered, $"{carrier.Again:N0}, of {carrier.Unanswered:N0} without an answer");
        run.Check("no more were in flight than the windows hold", carrier.Unanswered <= window, $"{carrier.Unanswered:N0}, at most {window:N0}");
        double backoff = Math.Min(BackoffLastSeconds * (1 + Jitter), (1 + Jitter) * ((outage / (1 - Jitter)) + BackoffFirstSeconds));
        double first = (backoff + BindSeconds) * 1e3;
        run.Check("it is found again within the backoff", carrier.FirstAfterUpMs <= first, $"the first message {carrier.FirstAfterUpMs:N0} ms after it was back, at most {first:N0}", timed: true);
        double most = (HoldSeconds + outage + backoff + CatchUpSeconds) * 1e3;
        run.Check("what waited is gone soon after it is found", carrier.Handed[0].Max <= most, $"the last one {carrier.Handed[0].Max:N0} ms after its time, at most {most:N0}", timed: true);
        run.Check("no answer waits for the carrier", flow[0].Answered.Max <= AnswerMsMax, $"max {flow[0].Answered.Max:0.0} ms", timed: true);
        double before = run.Median("load p99", start, start + outage);
        double down = run.Median("load p99", start + outage, start + (outage * 2));
        run.Check("answers are as fast without a carrier (p99 of each second, median)", down <= (2 * before) + 1, $"{before:0.00} ms before, {down:0.00} ms meanwhile", timed: true);
    }

    private static async Task WeatherAsync(LoadRun run, double seconds)
    {
        await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, seconds - HoldSeconds)));
        run.Mark("the carrier answers nothing");
        run.Carrier!.Tell("hold");
        await Task.Delay(TimeSpan.FromSeconds(HoldSeconds));
        run.Mark("the carrier is gone");
        run.Carrier.Tell("down");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        run.Mark("the carrier is back");
        run.Carrier.Tell("up");
    }
}
