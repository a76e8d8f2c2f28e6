using Router.LoadTest.Children;
using Router.LoadTest.Load;
using System.Net;

namespace Router.LoadTest.Scenarios;

/// <summary>Something that happens to a router, and what it must show then.</summary>
internal abstract class Scenario
{
    /// <summary>The driver may be loaded to this share of its own ceiling; beyond it, its latencies would be its own.</summary>
    private const double CeilingShareMax = 0.8;

    private const double DriverLateMsMax = 5;

    /// <summary>How <c>loadtests/run</c> names it.</summary>
    internal abstract string Name { get; }

    /// <summary>All of them, by name.</summary>
    internal static IReadOnlyDictionary<string, Scenario> All { get; } =
        ((Scenario[])[new Steady(), new Burst(), new Overload(), new Campaign(), new Million(), new CarrierDown(), new NoisyLimits(), new Soak(), new Peers.PeersScenario(), new Kafka.KafkaScenario()]).ToDictionary(static s => s.Name);

    /// <summary>Runs it.</summary>
    internal abstract Task RunAsync(LoadRun run);

    /// <summary>A flow of the run's transport.</summary>
    protected static FlowOptions Flow(
        LoadRun run, string name, Schedule schedule, string[] keys, bool lines, int number = 0, string purpose = "service", Contacts? contacts = null, string[][]? senders = null, int? connections = null) => new()
        {
            Name = name,
            Number = number,
            Target = run.Router.EndPoint,
            Schedule = schedule,
            Lines = lines,
            Connections = connections ?? Connections(run, lines),
            Requests = new RouterRequests(keys, lines, contacts ?? new Contacts(0, (ulong)number + 2), purpose, number, run.Options.References, senders),
        };

    protected static int Connections(LoadRun run, bool lines) => run.Options.Connections ?? (lines ? 1 : 64);

    /// <summary>Measures what the driver itself can do, over the same connections against a server that does nothing.</summary>
    protected static async Task<double> CeilingAsync(LoadRun run, bool lines, int? connections = null)
    {
        run.Mark("the driver's own ceiling (empty Kestrel endpoint)", prepares: true);
        using HelperChild empty = await HelperChild.StartAsync(static _ => { }, "empty");
        double seconds = Math.Min(3, run.Options.Seconds ?? 3);
        double best = 0;

        // The first round is the JIT's.
        for (int round = 0; round < 2; round++)
        {
            var loop = new FlowLoop(
                new FlowOptions
                {
                    Name = "ceiling",
                    Target = new IPEndPoint(IPAddress.Loopback, empty.Port),
                    Schedule = Schedule.Unpaced(seconds),
                    Lines = lines,
                    Connections = connections ?? Connections(run, lines),
                    Requests = new RouterRequests(["none"], lines, new Contacts(0)),
                },
                run.SecondsAt);
            loop.Start();
            await run.Terminal.WatchAsync([loop], null);
            best = Math.Max(best, loop.Join().AcceptedPerSecond);
        }

        run.Figure($"driver's ceiling, {(lines ? "lines" : "single")}", best, "1/s");
        return best;
    }

    /// <summary>As many a second as the router takes, closed loop, by answers and by deliveries; what it took is delivered when this returns.</summary>
    protected static async Task<(double Accepted, double Delivered)> MaximumAsync(LoadRun run, string key, bool lines, int? connections = null)
    {
        run.Mark("the maximum, closed loop", prepares: true);
        Watch.EventReader events = run.Listen(key);
        long before = Clock.Now;
        FlowResult[] flow = await run.DriveAsync(Flow(run, "maximum", Schedule.Unpaced(Math.Min(10, run.Options.Seconds ?? 10)), [key], lines, number: 13, connections: connections));
        await run.DrainAsync(events, flow[0].Accepted);
        double perSecond = flow[0].Accepted / ((Clock.Now - before) / 1e9);
        if (run.Carrier is { } carrier)
        {
            await carrier.MarkAsync();
        }

        run.Figure("maximum, accepted", flow[0].AcceptedPerSecond, "1/s");
        run.Figure("maximum, accepted and delivered", perSecond, "1/s");
        return (flow[0].AcceptedPerSecond, perSecond);
    }

    /// <summary>The rate that the options ask for.</summary>
    protected static async Task<double> RateAsync(LoadRun run, string key, bool lines, double otherwise) =>
        run.Options.Share is { } share ? share * (await MaximumAsync(run, key, lines)).Delivered : run.Options.Rate ?? otherwise;

    /// <summary>Nothing failed, and the driver was fast enough for what it says to be the router's.</summary>
    protected static void CheckDriver(LoadRun run, FlowResult flow, double ceiling, double rate)
    {
        run.Check($"{flow.Name}: no request failed", flow.Failed == 0, flow.OddStatus is { } status ? $"{flow.Failed:N0}, the first with {status}" : $"{flow.Failed:N0}");
        if (flow.OpenLoop)
        {
            run.Check($"{flow.Name}: the driver kept its times", flow.DriverLate.P99 <= DriverLateMsMax, $"late by {flow.DriverLate}", timed: true);
        }

        run.Check($"{flow.Name}: the driver was not at its ceiling", rate <= CeilingShareMax * ceiling, $"{rate:N0} of {ceiling:N0}/s", timed: true);
    }

    /// <summary>All that was due was accepted. What the router itself refuses counts on a busy machine, too.</summary>
    protected static void CheckAllAccepted(LoadRun run, FlowResult flow)
    {
        run.Check($"{flow.Name}: all that was due was accepted", flow.Accepted == flow.Offered, $"{flow.Accepted:N0} of {flow.Offered:N0}", timed: true);
        run.Check($"{flow.Name}: no 503", flow.Unavailable == 0, $"{flow.Unavailable:N0}");
    }
}
