using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Engine.Providers;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Check;
using Router.Testing.Processes;

namespace Router.Providers.Tests.Smpp;

/// <summary>
/// Against Kannel's own SMSC simulator, <c>drive_smpp</c> of Debian's kannel-extras. It binds transmitters and receivers (no transceivers), answers submits without an id, so
/// no receipt ever comes, and sends the receiver a message from a subscriber and an enquire_link for each submit.
/// </summary>
public sealed partial class SmppAgainstKannelTests
{
    private const string Simulator = "/usr/lib/kannel/test/drive_smpp";
    private const int Many = 20_000;

    /// <summary>Where the simulator looks for Kannel's bearerbox, whose client it plays; it cannot be told another. It ends if nobody listens there.</summary>
    private const int BearerboxPort = 13_001;

    [Fact]
    public async Task Twenty_thousand_messages_are_taken_by_Kannel_s_simulator()
    {
        Assert.True(File.Exists(Simulator), $"{Simulator} is missing: run tests/peers/install");
        using TcpListener bearerbox = await ListenAsync();
        int port = Ports.Claim();
        using var kannel = new Ended(Start(port));
        Task<string> log = kannel.Process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> output = kannel.Process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        var driver = new Driver(Many, TimeProvider.System, Driver.Plain);
        string settings = $$"""{"host":"127.0.0.1","port":{{port}},"systemId":"foo","password":"bar","systemType":"VMA","bind":"transmitter+receiver","window":100}""";
        await using var provider = (SmppProvider)new SmppProviderFactory(NullLoggerFactory.Instance)
            .Create(Departing.Account("smpp", settings), driver, new TestHash(), TimeProvider.System, seed: 1);
        provider.Start();
        await driver.Run(provider, receipts: false);
        Assert.Equal((Many, 0), (driver.Sent.Count, driver.Unbalanced));
        Assert.Equal((Many, 0), (driver.Count(OutcomeKind.Sent), driver.Count(OutcomeKind.Unknown)));
        Assert.InRange(provider.Counters[SmppCount.Inbound], 1, Many);

        // It prints what it counted when a link ends.
        await provider.DrainAsync(TestContext.Current.CancellationToken);
        await kannel.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string told = await log + await output;
        Match counted = SentToSmsc().Match(told);
        Assert.True(counted.Success, told[^Math.Min(told.Length, 2_000)..]);
        Assert.Equal(Many, int.Parse(counted.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.DoesNotContain("PANIC", told, StringComparison.Ordinal);
        Assert.DoesNotContain("unpacking failed", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_follows_a_message_into_Kannel_s_simulator()
    {
        using TcpListener bearerbox = await ListenAsync();
        int port = Ports.Claim();
        using var kannel = new Ended(Start(port));
        Task<string> log = kannel.Process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> more = kannel.Process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var options = new SmscCheckOptions
        {
            Settings = SmppSettings.Parse($$"""{"host":"127.0.0.1","port":{{port}},"systemId":"foo","password":"bar","systemType":"VMA","registeredDelivery":"none"}""", out _)!,
            Binds = ["transmitter", "receiver"],
            To = "+393331234567",
            From = "Router",
        };
        string told;
        do
        {
            using var output = new StringWriter();
            await new SmscCheck(options, output, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
            told = output.ToString();
        }
        while (told.Contains("ConnectionRefused", StringComparison.Ordinal)); // it does not listen yet
        Assert.Contains("<- bind_receiver_resp 2, 0x00000000 ESME_ROK", told, StringComparison.Ordinal);
        Assert.Contains("<- submit_sm_resp 4, 0x00000000 ESME_ROK", told, StringComparison.Ordinal);
        Assert.Contains("no message_id", told, StringComparison.Ordinal);
        kannel.Process.Kill();
        Assert.DoesNotContain("unpacking failed", await log + await more, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"Number of messages sent to SMSC: (\d+)")]
    private static partial Regex SentToSmsc();

    private static Process Start(int port)
    {
        var start = new ProcessStartInfo(Simulator) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-v", "1", "-p", port.ToString(CultureInfo.InvariantCulture), "-m", Many.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    // Connections queue up at the listener; nobody needs to accept them. Taken: another run of this test on this machine has it, and gives it back when it ends.
    private static async Task<TcpListener> ListenAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, BearerboxPort);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                listener.Dispose();
                Assert.False(limit.IsCancellationRequested, $"port {BearerboxPort} is taken, and Kannel's simulator knows no other: free it");
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>A process that does not outlive its test.</summary>
    private sealed class Ended(Process process) : IDisposable
    {
        public Process Process => process;

        public void Dispose()
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }
}
