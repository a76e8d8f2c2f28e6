using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Router.LoadTest.Load;
using Router.LoadTest.Report;
using Router.LoadTest.Wire;

namespace Router.LoadTest.Carrier;

/// <summary>
/// An SMSC that keeps up (npm's takes some thousands a second): takes every submit at once, gives a receipt for each, and compares the intended time that each message carries with its
/// arrival. One thread. Tells JSON lines on its output: its port, a line a second, and a sum when asked. Told by lines: <c>mark</c> (tell the sum and begin anew), <c>hold</c> (take, and
/// answer nothing, until <c>down</c>), <c>down</c> (cut all links, refuse new ones), <c>up</c>, <c>watch PREFIX LIMIT SECONDS [BEGIN]</c> (<see cref="RateWatch"/>). Ends with its input.
/// </summary>
internal sealed class SmppCarrier : IDisposable
{
    private const long Listening = -1;
    private const long LongestWait = 20_000_000;

    private readonly Epoll epoll = new();
    private readonly Dictionary<long, CarrierLink> links = [];
    private readonly ConcurrentQueue<string> orders = new();
    private readonly Latencies[] handed = [.. Enumerable.Range(0, SeenMessages.FlowsMax).Select(static i => new Latencies("handed", $"{i}"))];
    private readonly long[] toldCounts = new long[SeenMessages.FlowsMax];
    private readonly List<RateWatch> watches = [];
    private readonly SeenMessages seen = new();
    private Socket listener;
    private readonly int port;
    private long nextLink;
    private long submits;
    private long unstamped;
    private long receiptsTaken;
    private long receiptsPutBack;
    private long unanswered;
    private long upAt;
    private long? firstAfterUp;
    private long lastId = 1_000_000_000;
    private volatile bool ended;

    internal SmppCarrier()
    {
        listener = Listen(0);
        port = ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    /// <summary>For receipts: to the second is enough.</summary>
    internal DateTime WallTime { get; private set; } = DateTime.UtcNow;

    /// <summary>Serves until its input ends.</summary>
    internal void Run()
    {
        new Thread(ReadOrders) { Name = "orders", IsBackground = true }.Start();
        Tell(new { port });
        long nextSecond = Clock.Now + Clock.Seconds(1);
        while (!ended)
        {
            foreach (ref readonly Epoll.Ready ready in epoll.Found(epoll.Wait(LongestWait)))
            {
                if (ready.Number == Listening)
                {
                    Accept();
                }
                else if (links.TryGetValue(ready.Number, out CarrierLink? link) && !link.Go())
                {
                    link.Dispose();
                    links.Remove(ready.Number);
                }
            }

            if (Clock.Now >= nextSecond)
            {
                nextSecond += Clock.Seconds(1);
                EndSecond();
            }

            while (orders.TryDequeue(out string? order))
            {
                Obey(order);
            }
        }
    }

    /// <summary>Whether submits are taken without an answer.</summary>
    internal bool Holds { get; private set; }

    /// <summary>A message came; its id.</summary>
    internal long Take(in SmppPdu.Submit submit, long now)
    {
        submits++;
        unanswered += Holds ? 1 : 0;
        firstAfterUp ??= upAt > 0 ? now - upAt : null;
        if (Stamp.TryRead(submit.Content, out Stamp stamp))
        {
            handed[stamp.Flow].Record(now - stamp.Intended);
            seen.Add(stamp.Flow, stamp.Number);
        }
        else
        {
            unstamped++;
        }

        foreach (RateWatch watch in watches)
        {
            watch.Add(submit.Source, now);
        }

        return ++lastId;
    }

    /// <summary>The client answered a receipt.</summary>
    internal void ReceiptAcknowledged(uint status)
    {
        receiptsTaken += status == 0 ? 1 : 0;
        receiptsPutBack += status == 0 ? 0 : 1;
    }

    public void Dispose()
    {
        Cut();
        listener.Dispose();
        epoll.Dispose();
    }

    private static void Tell(object line) => Console.WriteLine(JsonSerializer.Serialize(line, ReportJson.Options));

    private void Obey(string order)
    {
        string[] words = order.Split(' ');
        switch (words[0])
        {
            case "mark":
                Mark();
                break;
            case "hold":
                Holds = true;
                break;
            case "down":
                Cut();
                listener.Dispose();
                Holds = false;
                break;
            case "up":
                listener = Listen(port);
                (upAt, firstAfterUp) = (Clock.Now, null);
                break;
            case "watch":
                watches.Add(new RateWatch(int.Parse(words[1]), int.Parse(words[2]), words.Length > 4 ? words[4] : "", int.Parse(words[3])));
                break;
            default:
                throw new ArgumentException($"the carrier knows no order {words[0]}");
        }
    }

    private void EndSecond()
    {
        WallTime = DateTime.UtcNow;
        foreach (Latencies flow in handed)
        {
            flow.EndSecond(0);
        }

        Tell(new CarrierSecond
        {
            At = Clock.Now,
            Submits = submits,
            Binds = links.Values.Count(static l => l.IsBound),
            Flows = [.. handed.Select(static (f, i) => new CarrierSecond.Flow(i, f.Total.TotalCount, [.. f.Tracks.Select(static t => t.Last)])).Where(f => f.Count > toldCounts[f.Number])],
        });
        for (int i = 0; i < handed.Length; i++)
        {
            toldCounts[i] = handed[i].Total.TotalCount;
        }
    }

    private void Mark()
    {
        Tell(new CarrierSum
        {
            Mark = true,
            Submits = submits,
            Different = seen.Different,
            Again = seen.Again,
            Unstamped = unstamped,
            Unanswered = unanswered,
            FirstAfterUpMs = firstAfterUp / 1e6,
            ReceiptsTaken = receiptsTaken,
            ReceiptsPutBack = receiptsPutBack,
            Handed = [.. handed.Select(static f => f.TakeTotal())],
            Watches = [.. watches.Select(static w => new CarrierSum.Watch(w.Senders, w.Narrowest / 1e6, w.Within, w.Least, w.Most))],
        });
        (submits, unstamped, unanswered, receiptsTaken, receiptsPutBack, upAt, firstAfterUp) = (0, 0, 0, 0, 0, 0, null);
        seen.Clear();
        Array.Clear(toldCounts);
    }

    private void Accept()
    {
        Socket socket = listener.Accept();
        socket.NoDelay = true;
        socket.Blocking = false;
        long number = nextLink++;
        links.Add(number, new CarrierLink(socket, number, epoll, this));
        epoll.Watch(socket, number, Epoll.Readable);
    }

    private Socket Listen(int at)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, at));
        socket.Listen(64);
        epoll.Watch(socket, Listening, Epoll.Readable);
        return socket;
    }

    private void Cut()
    {
        foreach (CarrierLink link in links.Values)
        {
            link.Dispose();
        }

        links.Clear();
    }

    private void ReadOrders()
    {
        while (Console.In.ReadLine() is { } line)
        {
            orders.Enqueue(line);
        }

        ended = true;
    }
}
