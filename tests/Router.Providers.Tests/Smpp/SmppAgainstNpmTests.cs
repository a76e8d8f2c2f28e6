using Microsoft.Extensions.Logging.Abstractions;
using Router.Engine.Providers;
using Router.Providers.Smpp;

namespace Router.Providers.Tests.Smpp;

/// <summary>Against an SMSC that Router's authors did not write: the server of npm's <c>smpp</c>.</summary>
public sealed class SmppAgainstNpmTests
{
    private const int Many = 20_000;

    [Fact]
    public async Task Twenty_thousand_messages_each_get_an_outcome_and_a_receipt()
    {
        await using Smsc smsc = await Smsc.Start();
        (Driver driver, SmppProvider provider) = await Run(smsc, Many, """ "binds":2,"window":100 """);
        Assert.Equal(Many, driver.Delivered.Count);
        Assert.Equal(Many, driver.Count(OutcomeKind.Sent));
        Func<string, int> stats = await smsc.Stats();
        Assert.Equal((Many, Many, Many), (stats("accepted"), stats("different"), stats("receiptsAcked")));
        await provider.DrainAsync(TestContext.Current.CancellationToken);
    }

    internal static SmppProvider Make(Smsc smsc, IProviderEvents events, string more, TimeProvider? time = null)
    {
        string comma = more.Length == 0 ? "" : ",";
        string settings = $$"""{"host":"127.0.0.1","port":{{smsc.Port}},"systemId":"router","password":"secret"{{comma}}{{more}}}""";
        var provider = (SmppProvider)new SmppProviderFactory(NullLoggerFactory.Instance)
            .Create(Departing.Account("smpp", settings), events, new TestHash(), time ?? TimeProvider.System, seed: 1);
        provider.Start();
        return provider;
    }

    private static async Task<(Driver Driver, SmppProvider Provider)> Run(Smsc smsc, int messages, string more, Func<int, Departure>? make = null, bool receipts = true)
    {
        var driver = new Driver(messages, TimeProvider.System, make ?? Driver.Plain);
        SmppProvider provider = Make(smsc, driver, more);
        await driver.Run(provider, receipts);
        Assert.Equal(0, driver.Unbalanced);
        return (driver, provider);
    }
}
