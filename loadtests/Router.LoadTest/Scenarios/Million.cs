using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>A million contacts: what they cost in memory, in time a message, and at the next start.</summary>
internal sealed class Million : Scenario
{
    private const int FewContacts = 1_000;
    private const double ResidentMiBMax = 512;
    private const double DearerMax = 1.1;
    private const double StartSecondsMax = 3;
    private static readonly TimeSpan rest = TimeSpan.FromSeconds(5);

    internal override string Name => "million";

    internal override async Task RunAsync(LoadRun run)
    {
        long contacts = run.Options.Messages;
        long some = Math.Max(1_000, contacts / 5);
        double ceiling = await CeilingAsync(run, lines: true);
        await run.StartAsync(run.Options.Smpp ?? false);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await Task.Delay(rest);
        double started = Resident(run);

        // By the first pass's contacts: a warm-up's own would lie in memory before it counts.
        await run.WarmUpAsync(key, FewContacts);
        await Task.Delay(rest);
        double warm = Resident(run);
        EventReader events = run.Listen(key);
        double few = await PassAsync(run, events, key, $"{some:N0} messages to {FewContacts:N0} contacts", some, FewContacts, 1, ceiling);
        await PassAsync(run, events, key, $"a first message to each of {contacts:N0} contacts", contacts, contacts, 2, ceiling);
        double many = await PassAsync(run, events, key, $"{some:N0} messages to {contacts:N0} known contacts", some, contacts, 3, ceiling);
        await Task.Delay(rest);
        double all = Resident(run);
        run.Figure("resident memory, from after the start to after all", all - started, "MiB");
        run.Check($"idle contacts take little memory over a warm router that knows {FewContacts:N0}", all - warm <= ResidentMiBMax, $"{all - warm:N0} MiB, at most {ResidentMiBMax:N0}");
        run.Check($"a message costs the same among {FewContacts:N0} and {contacts:N0} contacts", many <= DearerMax * few, $"{few:0.0} and {many:0.0} µs CPU", timed: true);
        run.Mark("stop and start");
        await run.StopRouterAsync();
        await run.StartRouterAsync();
        double seconds = run.Router.StartedIn.TotalSeconds;
        run.Check("it starts at once", seconds <= StartSecondsMax, $"{seconds:0.00} s, at most {StartSecondsMax}", timed: true);
    }

    private static double Resident(LoadRun run) => ProcessFigures.Of(run.Router.Pid)!.Value.ResidentBytes / 1048576.0;

    // µs of the router's CPU a message, until all are delivered.
    private static async Task<double> PassAsync(LoadRun run, EventReader events, string key, string what, long messages, long contacts, int number, double ceiling)
    {
        run.Mark(what);
        long before = events.Delivered;
        double cpu = ProcessFigures.Of(run.Router.Pid)!.Value.CpuSeconds;
        long start = Clock.Now;
        FlowResult[] flow = await run.DriveAsync(Flow(run, $"pass {number}", Schedule.Unpaced(600, messages), [key], lines: true, number: number, contacts: new Contacts(contacts)));
        bool drained = await run.DrainAsync(events, before + flow[0].Accepted);
        double micros = (ProcessFigures.Of(run.Router.Pid)!.Value.CpuSeconds - cpu) * 1e6 / messages;
        run.Figure($"{what}: delivered", flow[0].Accepted / ((Clock.Now - start) / 1e9), "1/s");
        run.Figure($"{what}: router's CPU a message", micros, "µs");
        run.Check($"{what}: each is delivered", drained && flow[0].Accepted == messages && events.Delivered - before == messages, $"{events.Delivered - before:N0} of {messages:N0}");
        CheckDriver(run, flow[0], ceiling, flow[0].AcceptedPerSecond);
        return micros;
    }
}
