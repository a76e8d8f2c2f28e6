using System.Text.Json;
using Router.Providers.Smpp;
using static Router.Providers.Tests.Smpp.SmppAgainstNpmTests;

namespace Router.Providers.Tests.Smpp;

/// <summary>TLS to npm's <c>smpp</c>, which leaves it to Node's.</summary>
public sealed class SmppTlsAgainstNpmTests : IDisposable
{
    private readonly TestCertificates certificates = new("smsc.test");

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Thousands_of_messages_go_through_tls_links_that_are_cut()
    {
        await using Smsc smsc = await Smsc.Start($$"""{{{certificates.Option}},"dropEvery":400,"hold":5,"drops":4,"inbound":3}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, 3_000, $"{Trusted()},\"binds\":2,\"window\":50");
        Func<string, int> stats = await smsc.Stats();
        Assert.Equal((3_000, 3_000, 3_000), (driver.Sent.Count, driver.Delivered.Count, stats("different")));
        Assert.Equal(4, stats("dropped"));
        Assert.InRange(provider.Counters[SmppCount.Inbound], 6, 100);
        while (provider.Status.SessionsOpen < 2)
        {
            await smsc.Stats(); // the one that was cut last comes back: who is not there says no goodbye
        }

        await provider.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (await smsc.Stats())("unbinds"));
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_taken()
    {
        await using Smsc smsc = await Smsc.Start($"{{{certificates.Option}}}");
        Assert.Contains("is for another name; set settings.host or settings.tlsServerName", await Refused(smsc, $"\"tls\":true,\"tlsCa\":{Authority()}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_authority_that_is_not_known_is_not_taken()
    {
        await using Smsc smsc = await Smsc.Start($"{{{certificates.Option}}}");
        Assert.Contains("is not trusted", await Refused(smsc, "\"tls\":true,\"tlsServerName\":\"smsc.test\""), StringComparison.Ordinal);
        using var other = new TestCertificates("smsc.test");
        Assert.Contains("settings.tlsCa", await Refused(smsc, $"\"tls\":true,\"tlsServerName\":\"smsc.test\",\"tlsCa\":{JsonSerializer.Serialize(other.AuthorityPem)}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_does_not_speak_tls_is_told_so()
    {
        await using Smsc smsc = await Smsc.Start();
        string words = await Refused(smsc, $"{Trusted()},\"responseTimeoutSeconds\":1");
        Assert.True(words.Contains("TLS", StringComparison.Ordinal) || words.Contains("timed out", StringComparison.Ordinal), words);
    }

    private string Authority() => JsonSerializer.Serialize(certificates.AuthorityPem);

    private string Trusted() => $"\"tls\":true,\"tlsServerName\":\"smsc.test\",\"tlsCa\":{Authority()}";

    // Why the account does not come up. Nothing of it reached the carrier.
    private static async Task<string> Refused(Smsc smsc, string settings)
    {
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, settings);
        while (provider.Status.LastError is null)
        {
            Assert.Empty(events.Read(static e => e.Health.ToArray()));
            await smsc.Stats();
        }

        Assert.Equal(0, (await smsc.Stats())("binds"));
        Assert.Empty(events.Health);
        return provider.Status.LastError!;
    }
}
