using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp;

/// <summary>A carrier that talks but does not read.</summary>
public sealed class DeafCarrierTests
{
    private const int Departures = 300; // 200 B each: more than a write and the kernel's buffers hold

    // Guards against departures without an outcome: nothing else ends a write, and whoever talks was never asked whether he lives.
    [Fact]
    public async Task A_carrier_that_talks_but_does_not_read_is_left_and_every_departure_has_its_outcome()
    {
        CancellationToken ended = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Server.ReceiveBufferSize = 4_096;
        listener.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4_096 };
        await client.ConnectAsync(listener.LocalEndpoint, ended);
        using Socket carrier = await listener.AcceptSocketAsync(ended);
        var time = new FakeTimeProvider();
        var events = new TestEvents();
        var session = new SmppSession(Account(events, time), 0, Command.BindTransceiver, new SmppLink(client));
        Task running = session.RunAsync(
            bound =>
            {
                for (int n = 0; n < Departures; n++)
                {
                    Assert.True(bound.TryEnqueue(Departing.Make(time, n, text: new string('x', 150)), out _));
                }

                bound.Wake();
            },
            static _ => { },
            ended);
        await ReadAsync(carrier, (await ReadAsync(carrier, 4))[3] - 4);
        await carrier.SendAsync(BindResponse, ended);
        await ReadAsync(carrier, 4); // it has begun to write, and now the carrier's reader hangs
        for (int told = 1; session.Why.Length == 0 && told < 60; told++)
        {
            await carrier.SendAsync(Receipt, ended);
            await events.Until(e => e.Receipts.Count == told);
            time.Advance(TimeSpan.FromSeconds(1));
            session.Tick(time.GetTimestamp());
        }

        Assert.Equal("the carrier does not read", session.Why);
        await running;
        Assert.Equal(Departures, events.Outcomes.Select(static o => o.Message).Distinct().Count());
        Assert.Equal(Departures, events.Outcomes.Count);
    }

    private static byte[] BindResponse => [0, 0, 0, 17, 0x80, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0];

    // A deliver_sm with two TLVs: id "7", delivered.
    private static byte[] Receipt =>
        [0, 0, 0, 44, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1E, 0, 2, (byte)'7', 0, 0x04, 0x27, 0, 1, 2];

    private static async Task<byte[]> ReadAsync(Socket carrier, int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int read = await carrier.ReceiveAsync(bytes.AsMemory(at), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            at += read;
        }

        return bytes;
    }

    private static SmppAccount Account(TestEvents events, TimeProvider time) => new()
    {
        Number = 7,
        Name = "carrier",
        Settings = SmppSettings.Parse("""{"host":"127.0.0.1","systemId":"a","password":"b","window":1000,"responseTimeoutSeconds":5,"enquireLinkSeconds":30}""", out _)!,
        Events = events,
        Ids = new ReceiptIds(7, IdForm.Auto, new TestHash()),
        Time = time,
        Counters = new SmppCounters("carrier"),
        Pace = new Pace(),
        Logger = NullLogger.Instance,
        QueueMax = Departures,
    };
}
