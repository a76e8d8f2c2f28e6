using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>The carrier freezes; the link to it is cut in the middle of a PDU: everything accepted is delivered, duplicates are at most what was in flight (DESIGN §4.4).</summary>
public sealed class CarrierTests(ITestOutputHelper output)
{
    private const int Binds = 2;
    private const int Window = 20;

    [Fact]
    public async Task A_carrier_that_freezes_is_told_once_and_gets_all_when_it_wakes()
    {
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Account(carrier.Port));
        var load = new Load(client);
        await load.PostLinesAsync(200);
        await load.AllDeliveredAsync();

        carrier.Freeze();
        await load.PostLinesAsync(500);
        Assert.Equal(700, load.Accepted.Count);
        await SaysAsync(router, """{"status":"ok","troubles":["1 of 1 providers down"]}""");
        await load.PostLinesAsync(500);
        carrier.Thaw();

        await load.AllDeliveredAsync();
        await SaysAsync(router, """{"status":"ok"}""");
        AssertDelivered(carrier, load, outages: 1);
        Assert.Single(router.Lines, static l => l.Contains("provider carrier is down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_cut_in_the_middle_of_a_PDU_loses_nothing()
    {
        const int Cuts = 8;
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true}""");
        await using var link = new LinkCutter(carrier.Port, seed: 1) { CutsWanted = Cuts };
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Account(link.Port));
        var load = new Load(client);
        await load.PostLinesAsync(2_000);
        Assert.Equal(2_000, load.Accepted.Count);

        await load.AllDeliveredAsync();
        Assert.Equal(Cuts, link.Cuts);
        AssertDelivered(carrier, load, outages: Cuts);
        await SaysAsync(router, """{"status":"ok"}""");
        Assert.DoesNotContain(router.Lines, static l => l.Contains("fault of Router", StringComparison.Ordinal));
        int lines = router.Lines.Count(static l => l.Contains("warn: ", StringComparison.Ordinal) || l.Contains("fail: ", StringComparison.Ordinal));
        Assert.InRange(lines, 1, 4 * Cuts);
    }

    private static string Account(int port) => $$$"""
        {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{{port}}},"systemId":"s","password":"p",
         "bind":"transceiver","binds":{{{Binds}}},"window":{{{Window}}},"enquireLinkSeconds":10,"responseTimeoutSeconds":2} }
        """;

    private static async Task SaysAsync(RouterProcess router, string text)
    {
        (int Status, string Text) said = default;
        await Until.TrueAsync(async () => (said = await router.ReadyAsync()) == (200, text), () => "/readyz says " + said.Text);
    }

    private void AssertDelivered(Carrier carrier, Load load, int outages)
    {
        int duplicates = carrier.Texts.Values.Sum(static count => count - 1);
        output.WriteLine($"{load.Accepted.Count} accepted, {carrier.Submits} submits, {duplicates} duplicates in {outages} outages");
        Assert.All(load.Accepted.Values, text => Assert.True(carrier.Texts.ContainsKey(text), text));
        Assert.InRange(duplicates, 0, outages * Binds * Window);
    }
}
