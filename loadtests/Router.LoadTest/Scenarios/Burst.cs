using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>Ten times the rate for five seconds, of which the carrier takes eight: all of it is accepted, and what it left behind is gone as soon as the carrier can take it.</summary>
internal sealed class Burst : Scenario
{
    private const double Times = 10;
    private const double CarrierTimes = 8;
    private const double BurstSecondsMax = 5;

    // A limit gives 0.95 of itself at least, and what waits is looked at once a second.
    private const double DrainTimesMax = 1.25;
    private const double LookSeconds = 2;

    private const string Waiting = "accepted, not finished";

    internal override string Name => "burst";

    internal override async Task RunAsync(LoadRun run)
    {
        bool lines = run.Options.Lines ?? false;
        double seconds = run.Options.Seconds ?? 30;
        double burst = Math.Min(BurstSecondsMax, seconds / 3);
        double around = (seconds - burst) / 2;
        double ceiling = await CeilingAsync(run, lines);
        bool smpp = run.Options.Smpp ?? true;
        await run.StartAsync(smpp);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await run.WarmUpAsync(key);
        double rate = run.Options.Share is { } share ? share * (await MaximumAsync(run, key, lines)).Delivered / Times : run.Options.Rate ?? 500;
        string limits = $"{{\"perSecond\":{rate * CarrierTimes:0}}}";
        await (smpp ? run.Administration.UseSmppAsync(run.Carrier!.Port, run.Options.Binds, run.Options.Window, limits) : run.Administration.UseLoopbackAsync(limits));
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
        run.EndWatching();
        double end = start + around + burst;
        double left = (Times - CarrierTimes) * rate * burst;
        double most = run.Most(Waiting, start + around, end + LookSeconds);
        run.Check("the burst left something behind", most >= left / 2, $"{most:N0} waited, of {left:N0} that the carrier could not take", timed: true);
        double gone = end + (left / ((CarrierTimes - 1) * rate) * DrainTimesMax) + LookSeconds;
        double still = run.Most(Waiting, gone, start + seconds);
        run.Check("what it left behind is gone soon", still <= rate, $"{still:N0} waited at most from {gone - end:0.0} s after it, no more than {rate:N0}, a second's", timed: true);
    }
}
