using System.Text.Json;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Check;

namespace Router.Providers.Tests.Smpp;

/// <summary><see cref="SmscCheck"/> against npm's <c>smpp</c>: what it tells, and that it takes nothing that is not its own.</summary>
public sealed class SmscCheckTests
{
    [Fact]
    public async Task A_message_is_followed_to_its_receipt()
    {
        await using Smsc smsc = await Smsc.Start("""{"inbound":1,"repeatMs":100000,"responseIds":"hex","receiptIds":"dec"}""");
        (bool well, string told) = await Check(smsc, o => o with { To = "+393331234567", From = "Router", Wait = TimeSpan.FromSeconds(30) });
        Assert.True(well, told);
        string[] steps =
        [
            "   connected to 127.0.0.1:", "-> bind_transceiver 1: system_id \"router\", system_type \"\", interface_version 3.4", "<- bind_transceiver_resp 1, 0x00000000 ESME_ROK", "system_id \"peer\"",
            "-> enquire_link 2", "<- enquire_link_resp 2", "-> submit_sm 3: segment 1 of 1; source \"Router\" TON 5 NPI 0; destination \"393331234567\" TON 1 NPI 1", "<- submit_sm_resp 3, 0x00000000 ESME_ROK",
            "message_id \"0000A00001\"", "-> unbind 4", "<- unbind_resp 4",
        ];
        int at = 0;
        foreach (string step in steps)
        {
            at = told.IndexOf(step, at, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{step}' is not in its place:\n{told}");
        }

        Assert.Contains("a receipt for message_id \"10485761\", state DELIVERED", told, StringComparison.Ordinal);
        Assert.Contains("a message from an end user, put back for Router", told, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
        Func<string, int> stats = await smsc.Stats();
        Assert.Equal((1, 1, 0, 1), (stats("accepted"), stats("receiptsAcked"), stats("inboundAcked"), stats("inboundPutBack")));
    }

    [Fact]
    public async Task Without_a_message_it_binds_and_asks_whether_the_carrier_lives()
    {
        await using Smsc smsc = await Smsc.Start("""{"bindHas":"outbind"}""");
        (bool well, string told) = await Check(smsc, static o => o with { Binds = ["transmitter", "receiver"] });
        Assert.True(well, told);
        Assert.Contains("<- outbind 1: before the bind was answered: passed over", told, StringComparison.Ordinal);
        Assert.Contains("<- bind_receiver_resp 2, 0x00000000 ESME_ROK", told, StringComparison.Ordinal);
        Func<string, int> stats = await smsc.Stats();
        Assert.Equal((2, 1, 2, 0), (stats("binds"), stats("enquiries"), stats("unbinds"), stats("accepted")));
    }

    [Theory]
    [InlineData("{\"bindStatus\":14,\"bindRefusals\":1}", "0x0000000e ESME_RINVPASWD, invalid password")]
    [InlineData("{\"refuse\":{\"393331234567\":1044}}", "0x00000414 the carrier's own")]
    [InlineData("{\"refuse\":{\"393331234567\":88}}", "ESME_RTHROTTLED")]
    [InlineData("{\"receiptState\":5,\"receiptError\":\"027\"}", "state UNDELIVERABLE, err 27")]
    [InlineData("{\"silentShare\":1}", "no answer to submit_sm within 1 s")]
    public async Task What_goes_wrong_is_told_with_its_meaning(string options, string words)
    {
        await using Smsc smsc = await Smsc.Start(options);
        (bool well, string told) = await Check(smsc, static o => o with { To = "+393331234567", Wait = TimeSpan.FromSeconds(30) }, patience: options.Contains("silent", StringComparison.Ordinal) ? 1 : 60);
        Assert.False(well, told);
        Assert.Contains(words, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_that_does_not_come_in_time_is_no_failure()
    {
        await using Smsc smsc = await Smsc.Start("""{"receipts":"none"}""");
        (bool well, string told) = await Check(smsc, static o => o with { To = "+393331234567", Wait = TimeSpan.FromMilliseconds(1) });
        Assert.True(well, told);
        Assert.Contains("no receipt yet", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_is_told_and_a_carrier_that_wants_it_too()
    {
        using var certificates = new TestCertificates("smsc.test");
        await using Smsc smsc = await Smsc.Start($"{{{certificates.Option}}}");
        (bool well, string told) = await Check(smsc, static o => o, $",\"tls\":true,\"tlsServerName\":\"smsc.test\",\"tlsCa\":{JsonSerializer.Serialize(certificates.AuthorityPem)}");
        Assert.True(well, told);
        Assert.Contains(", TLS 1.", told, StringComparison.Ordinal);
        (well, told) = await Check(smsc, static o => o, ",\"tls\":true,\"tlsServerName\":\"smsc.test\"");
        Assert.False(well);
        Assert.Contains("is not trusted", told, StringComparison.Ordinal);
        (well, told) = await Check(smsc, static o => o);
        Assert.False(well, told);
        Assert.Contains("or want TLS", told, StringComparison.Ordinal);
    }

    private static async Task<(bool Well, string Told)> Check(Smsc smsc, Func<SmscCheckOptions, SmscCheckOptions> change, string more = "", int patience = 60)
    {
        SmppSettings settings = SmppSettings.Parse($"{{\"host\":\"127.0.0.1\",\"port\":{smsc.Port},\"systemId\":\"router\",\"password\":\"secret\",\"responseTimeoutSeconds\":{patience}{more}}}", out _)!;
        using var output = new StringWriter();
        bool well = await new SmscCheck(change(new SmscCheckOptions { Settings = settings, Binds = ["transceiver"] }), output, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
        return (well, output.ToString());
    }
}
