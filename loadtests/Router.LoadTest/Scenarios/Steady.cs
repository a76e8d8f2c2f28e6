using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>The same rate all the time; or, with <c>--max</c>, as many as go.</summary>
internal sealed class Steady : Scenario
{
    internal override string Name => "steady";

    internal override async Task RunAsync(LoadRun run)
    {
        LoadOptions options = run.Options;
        bool lines = options.Lines ?? options.Max;
        double seconds = options.Seconds ?? 60;
        double ceiling = await CeilingAsync(run, lines);
        await run.StartAsync(options.Smpp ?? false);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await run.WarmUpAsync(key);
        double rate = options.Max ? 0 : await RateAsync(run, key, lines, 2_000);
        run.Mark(options.Max ? $"as fast as it goes, {seconds} s" : $"{rate:N0}/s, {seconds} s");
        EventReader events = run.Listen(key);
        Outcome outcome = Outcome.Begin(run, events);
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", options.Max ? Schedule.Unpaced(seconds) : Schedule.Of((seconds, rate)), [key], lines));
        await outcome.EndAsync(flow[0].Accepted);
        run.Latency(flow[0].OpenLoop ? "intended time → 202" : "sent → 202, closed loop", flow[0].OpenLoop ? flow[0].Answered : flow[0].SinceSent);
        CheckDriver(run, flow[0], ceiling, options.Max ? flow[0].AcceptedPerSecond : rate);
        if (!options.Max)
        {
            CheckAllAccepted(run, flow[0]);
        }
    }
}
