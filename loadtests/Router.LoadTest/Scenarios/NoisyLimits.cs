using Router.LoadTest.Carrier;
using Router.LoadTest.Load;

namespace Router.LoadTest.Scenarios;

/// <summary>A thousand senders with a limit each, half of them under a limit of their tenant, too, all offered ten times what they may: the carrier never sees more.</summary>
internal sealed class NoisyLimits : Scenario
{
    private const int Tenants = 100;
    private const int SendersEach = 10;
    private const int SenderLimit = 1;
    private const int TenantLimit = 5;
    private const double Times = 10;

    /// <summary>
    /// How much closer than a second arrivals may be: what left on time and was held up on the way (a busy core, a full socket) comes close to what left a second later. Departures are exact.
    /// </summary>
    private const double OnTheWayMs = 50;

    private const double UsedShareMin = 0.85;

    internal override string Name => "noisy-limits";

    internal override async Task RunAsync(LoadRun run)
    {
        double seconds = run.Options.Seconds ?? 30;
        double ceiling = await CeilingAsync(run, lines: true, Tenants);
        await run.StartAsync(smpp: true);
        run.Mark($"{Tenants} tenants are made", prepares: true);
        string[][] senders = [.. Enumerable.Range(0, Tenants).Select(static t => Enumerable.Range(0, SendersEach).Select(s => $"+39{(IsLimited(t) ? 1 : 2)}{t:00}{s:00}00").ToArray())];
        var keys = new string[Tenants];
        for (int tenant = 0; tenant < Tenants; tenant++)
        {
            keys[tenant] = await run.Administration.AddTenantAsync(
                $"tenant-{tenant}", senders[tenant], $"{{\"perSender\":{SenderLimit}{(IsLimited(tenant) ? $",\"perSecond\":{TenantLimit}" : "")}}}");
        }

        string warm = await run.Administration.AddTenantAsync("warm", ["+390001"]);
        await run.WarmUpAsync(warm);
        run.Carrier!.Tell($"watch 0 {SenderLimit}");
        run.Carrier.Tell($"watch 5 {TenantLimit} 391");
        double rate = run.Options.Rate ?? Tenants * SendersEach * SenderLimit * Times;
        run.Mark($"{rate:N0}/s over {Tenants * SendersEach:N0} senders that may {SenderLimit}/s each");
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", Schedule.Of((seconds, rate)), keys, lines: true, contacts: new Contacts(100_000), senders: senders, connections: Tenants));
        CarrierSum carrier = await run.Carrier.MarkAsync();
        CheckDriver(run, flow[0], ceiling, rate);
        CheckAllAccepted(run, flow[0]);
        Check(run, "sender", carrier.Watches[0], SenderLimit, Tenants * SendersEach);
        Check(run, "tenant", carrier.Watches[1], TenantLimit, Tenants / 2);
        double may = Tenants / 2 * (TenantLimit + (SendersEach * SenderLimit)) * seconds;
        run.Check("what may leave does", carrier.Different >= UsedShareMin * may, $"{carrier.Different:N0} of {may:N0}", timed: true);
    }

    private static bool IsLimited(int tenant) => tenant % 2 == 0;

    private static void Check(LoadRun run, string what, CarrierSum.Watch watch, int limit, int wanted)
    {
        run.Check($"each {what} was seen", watch.Senders == wanted, $"{watch.Senders} of {wanted}");
        run.Check(
            $"no {what} above its limit: {limit + 1} arrivals span a second, less at most {OnTheWayMs} ms on the way", watch.NarrowestMs >= 1_000 - OnTheWayMs,
            $"at least {watch.NarrowestMs:0.0} ms; {watch.Within:N0} spans under a second");
    }
}
