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

    // Of what may leave: all together; each sender or tenant with the limit to itself; each sender among those that share their tenant's.
    private const double UsedShareMin = 0.93;
    private const double EachShareMin = 0.85;
    private const double EvenShareMin = 0.5;

    // One second hides a rate that is a little too high behind what is held up on the way; ten do not.
    private const int LongSeconds = 10;
    private const string UnderTenant = "391";
    private const string OnTheirOwn = "392";

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
        foreach (int stretch in (int[])[1, LongSeconds])
        {
            run.Carrier!.Tell($"watch 0 {SenderLimit} {stretch} {OnTheirOwn}");
            run.Carrier.Tell($"watch 0 {SenderLimit} {stretch} {UnderTenant}");
            run.Carrier.Tell($"watch 5 {TenantLimit} {stretch} {UnderTenant}");
        }

        double rate = run.Options.Rate ?? Tenants * SendersEach * SenderLimit * Times;
        run.Mark($"{rate:N0}/s over {Tenants * SendersEach:N0} senders that may {SenderLimit}/s each");
        long start = Clock.Now;
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", Schedule.Of((seconds, rate)), keys, lines: true, contacts: new Contacts(100_000), senders: senders, connections: Tenants));
        CarrierSum carrier = await run.Carrier!.MarkAsync();
        double watched = (Clock.Now - start) / 1e9;
        CheckDriver(run, flow[0], ceiling, rate);
        CheckAllAccepted(run, flow[0]);
        const int Half = Tenants / 2;
        for (int i = 0; i < carrier.Watches.Length; i += 3)
        {
            int stretch = i == 0 ? 1 : LongSeconds;
            CheckSpans(run, "sender", carrier.Watches[i], SenderLimit, stretch);
            CheckSpans(run, "sender under its tenant's limit", carrier.Watches[i + 1], SenderLimit, stretch);
            CheckSpans(run, "tenant", carrier.Watches[i + 2], TenantLimit, stretch);
        }

        CheckCounts(run, "sender", carrier.Watches[0], Half * SendersEach, EachShareMin * SenderLimit * seconds, SenderLimit * (watched + 1));
        CheckCounts(run, "sender under its tenant's limit", carrier.Watches[1], Half * SendersEach, EvenShareMin * TenantLimit / SendersEach * seconds, SenderLimit * (watched + 1), shares: true);
        CheckCounts(run, "tenant", carrier.Watches[2], Half, EachShareMin * TenantLimit * seconds, TenantLimit * (watched + 1));
        double may = Half * (TenantLimit + (SendersEach * SenderLimit)) * seconds;
        run.Check("what may leave does", carrier.Different >= UsedShareMin * may, $"{carrier.Different:N0} of {may:N0}", timed: true);
    }

    private static bool IsLimited(int tenant) => tenant % 2 == 0;

    // Where a machine has no time, the turn of those that share a limit may not come at all: that is of time, too.
    private static void CheckCounts(LoadRun run, string what, CarrierSum.Watch watch, int wanted, double least, double most, bool shares = false)
    {
        run.Check($"each {what} was seen", watch.Senders == wanted, $"{watch.Senders} of {wanted}", timed: shares);
        run.Check($"each {what} had its share", watch.Least >= least, $"{watch.Least:N0} at least, wanted {least:N1}", timed: true);
        run.Check($"no {what} had more than its limit in all", watch.Most <= most, $"{watch.Most:N0} at most, allowed {most:N1}");
    }

    private static void CheckSpans(LoadRun run, string what, CarrierSum.Watch watch, int limit, int seconds) => run.Check(
        $"no {what} above its limit: {(limit * seconds) + 1} arrivals span {seconds} s, less at most {OnTheWayMs} ms on the way",
        watch.NarrowestMs >= (seconds * 1_000) - OnTheWayMs,
        watch.Most <= limit * seconds ? "never so many" : $"at least {watch.NarrowestMs:0.0} ms; {watch.Within:N0} spans below {seconds} s");
}
