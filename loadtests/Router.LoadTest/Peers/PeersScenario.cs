using Router.LoadTest.Children;
using Router.JournalBench;
using Router.LoadTest.Load;
using Router.LoadTest.Scenarios;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Peers;

/// <summary>
/// The same work through what one would use instead, in one run on one machine: Kannel with its own fake SMSC and with the SMSC that Router has; and the limits: raw SQLite inserts, an empty
/// Kestrel endpoint, an Orleans call a message. One after the other, so that none takes the other's CPU. Prints the ratios.
/// </summary>
internal sealed class PeersScenario : Scenario
{
    private const int RawRows = 400_000;
    private const int RawPageBytes = 4_096;
    private const int KannelFlow = 5;

    internal override string Name => "peers";

    internal override async Task RunAsync(LoadRun run)
    {
        double seconds = run.Options.Seconds ?? 15;
        run.Mark("limits: raw inserts, an empty endpoint, an Orleans call a message", prepares: true);
        double rawBefore = RawInserts.Run(run.Scratch("before"), RawRows, RawPageBytes);
        RatePeer empty = new("empty Kestrel endpoint, 64 connections", await CeilingAsync(run, lines: false, 64));
        RatePeer grains = Limit(run, "one Orleans call a message", await GrainCalls.RunAsync(Math.Min(seconds, 5)));

        run.Mark("Kannel, its own fake SMSC", prepares: true);
        RatePeer fake = Limit(run, "Kannel → its fake SMSC, 64 connections", await KannelAsync(run, null, seconds));
        run.Mark("Kannel, the SMSC that Router has", prepares: true);
        await run.StartCarrierAsync();
        RatePeer kannel = Limit(run, "Kannel → the same SMSC, 64 connections", await KannelAsync(run, run.Carrier!, seconds));

        await run.StartAsync(smpp: true);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await run.WarmUpAsync(key);
        RatePeer smpp = await RouterAsync(run, key, "Router: single POST → the same SMSC, 64 connections", false, seconds, 0);
        await run.Administration.UseLoopbackAsync();
        RatePeer single = await RouterAsync(run, key, "Router: single POST → loopback, 64 connections", false, seconds, 1);
        RatePeer lines = await RouterAsync(run, key, "Router: NDJSON → loopback", true, seconds, 2);


        // The machine is not the same some minutes later.
        double rawAfter = RawInserts.Run(run.Scratch("after"), RawRows, RawPageBytes);
        RatePeer raw = Limit(run, "raw SQLite inserts (300 B, 1,000 a transaction, WAL, FULL)", (rawBefore + rawAfter) / 2);
        Ratio(run, lines, fake);
        Ratio(run, lines, raw);
        Ratio(run, lines, grains);
        Ratio(run, single, empty);
        Ratio(run, smpp, kannel);
        Ratio(run, smpp, fake);
    }

    private static RatePeer Limit(LoadRun run, string name, double perSecond)
    {
        run.Figure(name, perSecond, "1/s");
        return new RatePeer(name, perSecond);
    }

    private static void Ratio(LoadRun run, RatePeer one, RatePeer other) => run.Figure($"{one.Name} / {other.Name}", one.PerSecond / Math.Max(other.PerSecond, 1), "×");

    // Messages a second from the first request to the last arrival at the carrier.
    private static async Task<double> KannelAsync(LoadRun run, CarrierChild? carrier, double seconds)
    {
        using KannelChild kannel = await KannelChild.StartAsync(carrier?.Port);
        FlowOptions options = new()
        {
            Name = carrier is null ? "Kannel, fake SMSC" : "Kannel, same SMSC",
            Number = KannelFlow,
            Target = kannel.EndPoint,
            Schedule = Schedule.Unpaced(seconds),
            Requests = new KannelRequests(new Contacts(0, 7)),
        };
        long start = Clock.Now;
        FlowResult flow = (await run.DriveAsync(options))[0];
        run.Check($"{flow.Name}: takes messages", flow.Accepted > 0 && flow.Failed == 0, flow.OddStatus is { } status ? $"{flow.Failed:N0} failed, the first with {status}" : $"{flow.Accepted:N0}");
        long got = await ArrivedAsync(kannel, carrier, flow.Accepted);
        double perSecond = got / ((Clock.Now - start) / 1e9);
        run.Check($"{flow.Name}: each accepted message arrives", got == flow.Accepted, $"{got:N0} of {flow.Accepted:N0}");
        run.Latency($"{flow.Name}: sent → 202, closed loop", flow.SinceSent);
        return perSecond;
    }

    // Waits as long as more come.
    private static async Task<long> ArrivedAsync(KannelChild kannel, CarrierChild? carrier, long wanted)
    {
        const int LooksWithoutMore = 500;
        long got = 0;
        for (int same = 0; got < wanted && same < LooksWithoutMore; same++)
        {
            await Task.Delay(20);
            long now = carrier is null ? kannel.Got : got + (await carrier.MarkAsync()).Submits;
            same = now > got ? 0 : same;
            got = now;
        }

        return got;
    }

    private static async Task<RatePeer> RouterAsync(LoadRun run, string key, string name, bool lines, double seconds, int number)
    {
        run.Mark(name);
        EventReader events = run.Listen(key);
        double cpu = ProcessFigures.Of(run.Router.Pid)!.Value.CpuSeconds;
        long start = Clock.Now;
        FlowResult flow = (await run.DriveAsync(Flow(run, name, Schedule.Unpaced(seconds), [key], lines, number: number, connections: lines ? null : 64)))[0];
        bool drained = await run.DrainAsync(events, flow.Accepted);
        double perSecond = flow.Accepted / ((Clock.Now - start) / 1e9);
        run.Check($"{name}: each accepted message was told as delivered", drained && flow.Failed == 0, $"{events.Delivered:N0} of {flow.Accepted:N0}, {flow.Failed:N0} failed");
        run.Latency($"{name}: sent → 202, closed loop", flow.SinceSent);
        run.Figure($"{name}: router's CPU a message", (ProcessFigures.Of(run.Router.Pid)!.Value.CpuSeconds - cpu) * 1e6 / Math.Max(flow.Accepted, 1), "µs");
        await run.Carrier!.MarkAsync();
        return Limit(run, name, perSecond);
    }
}
