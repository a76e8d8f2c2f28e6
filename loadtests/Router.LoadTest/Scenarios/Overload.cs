using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>
/// Twice what goes. First more than the carrier takes: 429 once as many wait as the tenant may have, so none of those accepted waits longer than that takes. Then more single posts than the
/// machine can read: it goes on at its maximum, each at once or not at all.
/// </summary>
internal sealed class Overload : Scenario
{
    /// <summary>Messages that may wait: as many as the carrier takes in so many seconds.</summary>
    private const double WaitingSeconds = 2;

    /// <summary>What a limit gives of itself at least (<c>LimitLender</c>: slices and buckets), and a second for the rest of the way.</summary>
    private const double LimitShare = 0.96;

    private const double OnTheWaySeconds = 1;
    private const double OverBoundMs = 500;
    private const double TooMuchShareMin = 0.2;
    private const double GoodputShareMin = 0.8;
    private const double AnswerMsMax = 1_000;
    private const int ConnectionsTimes = 8;

    internal override string Name => "overload";

    internal override async Task RunAsync(LoadRun run)
    {
        double seconds = run.Options.Seconds ?? 20;
        double ceiling = await CeilingAsync(run, lines: false, Connections(run, false) * ConnectionsTimes);
        double carrierRate = run.Options.Rate ?? 500;
        long waiting = (long)(carrierRate * WaitingSeconds);
        await run.StartAsync(smpp: true, $"{{\"perSecond\":{carrierRate:0}}}");
        string slow = await run.Administration.AddTenantAsync("slow", ["+390001"], $"{{\"waiting\":{waiting}}}");
        string fast = await run.Administration.AddTenantAsync("fast", ["+390002"]);
        await run.Administration.UseSmppAsync(run.Carrier!.Port, run.Options.Binds, run.Options.Window);
        await run.WarmUpAsync(fast);
        await run.Administration.UseSmppAsync(run.Carrier.Port, run.Options.Binds, run.Options.Window, $"{{\"perSecond\":{carrierRate:0}}}");
        await CarrierFullAsync(run, slow, seconds, carrierRate, waiting);
        await run.Administration.UseSmppAsync(run.Carrier.Port, run.Options.Binds, run.Options.Window);
        await MachineFullAsync(run, fast, seconds, ceiling);
    }

    private static async Task CarrierFullAsync(LoadRun run, string key, double seconds, double carrierRate, long waiting)
    {
        run.Mark($"{carrierRate * 2:N0}/s, of which the carrier takes {carrierRate:N0}; {waiting:N0} may wait");
        EventReader events = run.Listen(key);
        Outcome outcome = Outcome.Begin(run, events, "twice the carrier: ");
        FlowResult[] flow = await run.DriveAsync(Flow(run, "twice the carrier", Schedule.Of((seconds, carrierRate * 2)), [key], lines: false));
        await outcome.EndAsync(flow[0].Accepted);
        run.Latency("twice the carrier: intended time → 202", flow[0].Answered);
        run.Latency("twice the carrier: sent → 429", flow[0].Refusals);
        run.Check("twice the carrier: nothing failed", flow[0].Failed + flow[0].Unavailable == 0, $"{flow[0].Failed + flow[0].Unavailable:N0}");
        run.Check("twice the carrier: what may not wait is refused (429)", flow[0].TooMany > 0, $"{flow[0].TooMany:N0} of {flow[0].Offered:N0}");
        double bound = ((waiting / (carrierRate * LimitShare)) + OnTheWaySeconds) * 1e3;
        run.Check("twice the carrier: who was accepted waits no longer than the queue takes", outcome.Handed.Max <= bound + OverBoundMs, $"p99 {outcome.Handed.P99:N0} ms, max {outcome.Handed.Max:N0} ms, bound {bound:N0} ms + {OverBoundMs}", timed: true);
        run.Check("twice the carrier: answers do not wait for the carrier", flow[0].Answered.P99 <= AnswerMsMax, $"p99 {flow[0].Answered.P99:0.0} ms", timed: true);
    }

    private static async Task MachineFullAsync(LoadRun run, string key, double seconds, double ceiling)
    {
        // By answers over the same connections: what is delivered later, or over fewer, is less than it takes.
        int connections = Connections(run, false) * ConnectionsTimes;
        (double maximum, _) = await MaximumAsync(run, key, lines: false, connections);
        run.Mark($"{maximum * 2:N0}/s, of which the machine takes {maximum:N0}; {connections} connections");
        EventReader events = run.Listen(key);
        Outcome outcome = Outcome.Begin(run, events, "twice the machine: ");
        FlowResult[] flow = await run.DriveAsync(Flow(run, "twice the machine", Schedule.Of((seconds, maximum * 2)), [key], lines: false, number: 1, connections: connections));
        await outcome.EndAsync(flow[0].Accepted, flow: 1);
        run.Latency("twice the machine: sent → 202", flow[0].SinceSent);
        run.Latency("twice the machine: sent → refused", flow[0].Refusals);
        CheckDriver(run, flow[0], ceiling, maximum * 2);
        run.Figure("twice the machine: accepted", flow[0].AcceptedPerSecond, "1/s");
        run.Figure("twice the machine: refused (429, 503)", flow[0].Refused, "");
        run.Figure("twice the machine: never sent, all connections were busy", flow[0].Unsent, "");
        long tooMuch = flow[0].Unsent + flow[0].Refused;
        run.Check("twice the machine: it is more than goes", tooMuch >= TooMuchShareMin * flow[0].Offered, $"{tooMuch:N0} of {flow[0].Offered:N0} not sent or refused", timed: true);
        run.Check("twice the machine: it goes on at its maximum", flow[0].AcceptedPerSecond >= GoodputShareMin * maximum, $"{flow[0].AcceptedPerSecond:N0} of {maximum:N0}/s", timed: true);
        run.Check("twice the machine: what was sent is answered soon", flow[0].SinceSent.P99 <= AnswerMsMax, $"p99 {flow[0].SinceSent.P99:0.0} ms", timed: true);
    }
}
