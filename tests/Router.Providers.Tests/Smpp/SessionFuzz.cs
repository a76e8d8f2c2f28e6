using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Protocol;
using Router.Providers.Tests.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp;

/// <summary>
/// A carrier that binds well and then sends mutated PDUs in pieces of any size: the session ends or goes on, nothing escapes from it, and every departure it took gets exactly
/// one outcome. The seed is in the message of a failure.
/// </summary>
public sealed class SessionFuzz
{
    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(20_261_124, 1, "")]
    [InlineData(20_261_127, 3, ",\"longMessages\":\"message_payload\",\"errors\":{\"receipt\":{\"0\":\"permanent\"}}")]
    [InlineData(20_261_128, 3, ",\"longMessages\":\"sar\",\"defaultAlphabet\":\"latin1\",\"countryCode\":\"39\",\"errors\":{\"status\":{\"1\":\"temporary\"}}")]
    public async Task No_bytes_of_a_carrier_s_break_a_session(int seed, int segments, string settings)
    {
        var random = new Random(seed);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        for (int run = 0; run < 150; run++)
        {
            var events = new TestEvents { Keep = _ => random.Next(2) == 0, KeepInbound = _ => random.Next(2) == 0 };
            SmppAccount account = Account(events, settings);
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listener.LocalEndpoint, TestContext.Current.CancellationToken);
            using Socket carrier = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            var session = new SmppSession(account, 0, Command.BindTransceiver, new SmppLink(client));
            int taken = 0;
            Task running = session.RunAsync(
                bound =>
                {
                    for (int n = 0; n < 20; n++)
                    {
                        taken += bound.TryEnqueue(Departing.Make(TimeProvider.System, n, text: new string('x', (segments * 153) - 20), segments: segments, releaseMs: 60_000), out _) ? 1 : 0;
                    }

                    bound.Wake();
                },
                static _ => { },
                TestContext.Current.CancellationToken);
            try
            {
                Task drained = DrainAsync(carrier);
                await SendAsync(carrier, random);
                carrier.Shutdown(SocketShutdown.Send);
                await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
                await drained;
            }
            catch (Exception exception) when (exception is not SocketException)
            {
                Assert.Fail($"seed {seed}, run {run}: {exception}");
            }

            Assert.True(
                taken == 20 && events.Outcomes.Count == 20 * segments && events.Outcomes.Select(static o => (o.Message, o.Segment)).Distinct().Count() == 20 * segments,
                $"seed {seed}, run {run}: {taken} taken, {events.Outcomes.Count} outcomes");
        }
    }

    private static async Task SendAsync(Socket carrier, Random random)
    {
        byte[][] seeds = ProtocolFuzz.Seeds();
        List<byte> bytes = [0, 0, 0, 17, 0x80, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        for (int i = 0; i < 40; i++)
        {
            byte[] pdu = random.Next(3) == 0 ? ProtocolFuzz.Mutate(seeds[random.Next(seeds.Length)], random) : (byte[])seeds[random.Next(seeds.Length)].Clone();
            if (pdu.Length > 16 && random.Next(2) == 0)
            {
                pdu[0] = pdu[1] = 0;
                pdu[2] = (byte)(pdu.Length >> 8);
                pdu[3] = (byte)pdu.Length; // a right length around wrong bytes goes deeper
            }

            bytes.AddRange(pdu);
        }

        int at = 0;
        while (at < bytes.Count)
        {
            int length = Math.Min(random.Next(1, 200), bytes.Count - at);
            try
            {
                await carrier.SendAsync(bytes.GetRange(at, length).ToArray(), SocketFlags.None);
            }
            catch (SocketException)
            {
                return; // the session has left
            }

            at += length;
        }
    }

    private static async Task DrainAsync(Socket carrier)
    {
        byte[] buffer = new byte[4_096];
        try
        {
            while (await carrier.ReceiveAsync(buffer, SocketFlags.None) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // the session has left with bytes unread
        }
    }

    private static SmppAccount Account(TestEvents events, string settings) => new()
    {
        Number = 7,
        Name = "carrier",
        Settings = SmppSettings.Parse("""{"host":"127.0.0.1","systemId":"a","password":"b" """ + settings + "}", out _)!,
        Events = events,
        Ids = new ReceiptIds(7, IdForm.Auto, new TestHash()),
        Time = TimeProvider.System,
        Counters = new SmppCounters("carrier"),
        Pace = new Pace(),
        Logger = NullLogger.Instance,
        QueueMax = 100,
    };
}
