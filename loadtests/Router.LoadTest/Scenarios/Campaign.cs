using Router.LoadTest.Carrier;
using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>One tenant sends a million of marketing as fast as the router takes them, more than the carrier takes at once; another goes on sending one-time passwords, and must not notice.</summary>
internal sealed class Campaign : Scenario
{
    private const double OtpRate = 200;
    private const double CarrierRate = 5_000;
    private const double MovedMax = 1.2;

    // Of 12,000 one-time passwords, 120 are beyond p99: one of them may stand still unseen.
    private const double LongerMsMax = 1_000;
    private const long Consenting = 50_000;
    private const int OtpFlow = 1;
    private const int MarketingFlow = 2;

    internal override string Name => "campaign";

    internal override async Task RunAsync(LoadRun run)
    {
        double seconds = run.Options.Seconds ?? 60;
        double carrierRate = run.Options.Rate ?? CarrierRate;
        double ceiling = await CeilingAsync(run, lines: true);
        await run.StartAsync(smpp: true);
        string bank = await run.Administration.AddTenantAsync("bank", ["+390001"]);
        string shop = await run.Administration.AddTenantAsync("shop", ["+390002"], $"{{\"waiting\":{Math.Max(1_000_000, run.Options.Messages)}}}");
        await run.WarmUpAsync(bank);
        await run.Administration.UseSmppAsync(run.Carrier!.Port, run.Options.Binds, run.Options.Window, $"{{\"perSecond\":{carrierRate:0}}}");
        await GrantAsync(run, shop);
        EventReader events = run.Listen(bank);

        run.Mark($"one-time passwords alone, {OtpRate}/s");
        FlowResult alone = (await run.DriveAsync(Otp(run, bank, "otp alone", seconds / 2)))[0];
        await run.DrainAsync(events, alone.Accepted);
        CarrierSum carrierAlone = await run.Carrier.MarkAsync();

        run.Mark($"beside {run.Options.Messages:N0} of marketing; the carrier takes {carrierRate:N0}/s");
        FlowResult[] both = await run.DriveAsync(
            Otp(run, bank, "otp", seconds),
            Flow(run, "marketing", Schedule.Unpaced(seconds, run.Options.Messages), [shop], lines: true, number: MarketingFlow, purpose: "marketing", contacts: new Contacts(Contacts(run))));
        long otp = alone.Accepted + both[0].Accepted;
        bool drained = await run.DrainAsync(events, otp);
        CarrierSum carrierBoth = await run.Carrier.MarkAsync();

        run.Latency("alone: intended time → 202", alone.Answered);
        run.Latency("beside marketing: intended time → 202", both[0].Answered);
        run.Latency("alone: intended time → handed to the carrier", carrierAlone.Handed[OtpFlow]);
        run.Latency("beside marketing: intended time → handed to the carrier", carrierBoth.Handed[OtpFlow]);
        run.Figure("marketing accepted", both[1].AcceptedPerSecond, "1/s");
        run.Figure("marketing handed to the carrier", carrierBoth.Handed[MarketingFlow].Count, "");
        CheckDriver(run, alone, ceiling, OtpRate);
        CheckDriver(run, both[0], ceiling, OtpRate);
        CheckAllAccepted(run, both[0]);
        run.Check("marketing: no line failed", both[1].Failed == 0 && both[1].Refused == 0, $"{both[1].Failed:N0} failed, {both[1].Refused:N0} refused");
        run.Check("otp: each accepted one was delivered", drained && events.Delivered == otp, $"{events.Delivered:N0} of {otp:N0}");
        run.Check("marketing goes out meanwhile", carrierBoth.Handed[MarketingFlow].Count > 0, $"{carrierBoth.Handed[MarketingFlow].Count:N0}");
        CheckUnmoved(run, "otp handed to the carrier", carrierAlone.Handed[OtpFlow], carrierBoth.Handed[OtpFlow]);
        CheckUnmoved(run, "otp answered", alone.Answered, both[0].Answered);
    }

    // Marketing goes to who agreed; each of them gets some.
    private static async Task GrantAsync(LoadRun run, string key)
    {
        run.Mark($"{Contacts(run):N0} contacts agree to marketing", prepares: true);
        FlowResult granted = (await run.DriveAsync(Flow(run, "consents", Schedule.Unpaced(600, Contacts(run)), [key], lines: false) with { Requests = new ConsentRequests(key, new Contacts(Contacts(run))) }))[0];
        run.Check("each contact agreed", granted.Accepted == Contacts(run), $"{granted.Accepted:N0} of {Contacts(run):N0}");
    }

    private static long Contacts(LoadRun run) => Math.Min(run.Options.Messages, Consenting);

    private static FlowOptions Otp(LoadRun run, string key, string name, double seconds) =>
        Flow(run, name, Schedule.Of((seconds, OtpRate)), [key], lines: false, number: OtpFlow, purpose: "otp", contacts: new Contacts(100_000));

    private static void CheckUnmoved(LoadRun run, string what, Percentiles alone, Percentiles beside)
    {
        run.Check($"p99 of {what} is unmoved (at most {MovedMax} times)", beside.P99 <= MovedMax * alone.P99, $"{alone.P99:0.00} ms alone, {beside.P99:0.00} ms beside marketing", timed: true);
        run.Check($"no {what} waits (at most {LongerMsMax:N0} ms more)", beside.Max <= alone.Max + LongerMsMax, $"max {alone.Max:0.00} ms alone, {beside.Max:0.00} ms beside marketing", timed: true);
    }
}
