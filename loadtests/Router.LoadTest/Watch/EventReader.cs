using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Router.LoadTest.Children;
using Router.LoadTest.Load;
using Router.LoadTest.Report;

namespace Router.LoadTest.Watch;

/// <summary>
/// Reads a tenant's event stream on a thread of its own and counts what is told. Events of messages that carry their intended time as reference tell two latencies: until the provider had
/// taken it (the time in <c>message.sent</c>, whole milliseconds), and until the tenant was told that it is delivered.
/// </summary>
internal sealed class EventReader : IDisposable
{
    private static readonly byte[] eventWord = "event: message."u8.ToArray();

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] buffer = new byte[512 * 1024];
    private readonly Track rate = new("messages a second", "told as delivered", "1/s");
    private readonly Func<long, double> runSeconds;
    private readonly bool tellsHandOver;
    private readonly ManualResetEventSlim ready = new();
    private readonly Thread thread;
    private long accepted;
    private long delivered;
    private ulong acceptedIds;
    private ulong deliveredIds;
    private volatile bool takeTotals;
    private TaskCompletionSource<(Percentiles Handed, Percentiles Told)>? taken;

    /// <param name="router">Whose.</param>
    /// <param name="key">A key of the tenant.</param>
    /// <param name="runSeconds">A time of <see cref="Clock"/> as seconds of the run.</param>
    /// <param name="tellsHandOver">Whether nobody else sees when the provider gets a message.</param>
    internal EventReader(RouterChild router, string key, Func<long, double> runSeconds, bool tellsHandOver)
    {
        this.tellsHandOver = tellsHandOver;
        this.runSeconds = runSeconds;
        socket.Connect(router.EndPoint);
        socket.ReceiveTimeout = 100;
        socket.Send(Encoding.ASCII.GetBytes($"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"));
        thread = new Thread(Run) { Name = "events", IsBackground = true };
        thread.Start();
        if (!ready.Wait(TimeSpan.FromSeconds(30)))
        {
            throw new InvalidOperationException("the event stream does not begin");
        }
    }

    /// <summary>Messages told as accepted.</summary>
    internal long Accepted => Volatile.Read(ref accepted);

    /// <summary>Messages told as delivered.</summary>
    internal long Delivered => Volatile.Read(ref delivered);

    /// <summary>Sum of the random bits of ids told as accepted.</summary>
    internal ulong AcceptedIds => Volatile.Read(ref acceptedIds);

    /// <summary>Sum of the random bits of ids told as delivered.</summary>
    internal ulong DeliveredIds => Volatile.Read(ref deliveredIds);

    /// <summary>Messages told as rejected, expired, undelivered or cancelled.</summary>
    internal long Ended { get; private set; }

    internal IEnumerable<Track> Tracks => [rate, .. Told.Tracks, .. tellsHandOver ? Handed.Tracks : []];

    /// <summary>Until the tenant was told of the delivery.</summary>
    private Latencies Told { get; } = new("told as delivered − intended time, ms", "sampled");

    /// <summary>Until the provider had taken it.</summary>
    private Latencies Handed { get; } = new("handed to the carrier − intended time, ms", "sampled, by events");

    /// <summary>Latencies since the last time; begins anew.</summary>
    internal Task<(Percentiles Handed, Percentiles Told)> TakeAsync()
    {
        taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        takeTotals = true;
        return taken.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Dispose()
    {
        socket.Dispose();
        thread.Join();
        ready.Dispose();
    }

    private void Run()
    {
        int kept = 0;
        long nextSecond = Clock.Now + Clock.Seconds(1);
        (double At, long Delivered) before = (runSeconds(Clock.Now), 0);
        while (true)
        {
            int read = 0;
            try
            {
                read = socket.Receive(buffer.AsSpan(kept));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                read = -1;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (read == 0)
            {
                return;
            }

            long now = Clock.Now;
            if (read > 0)
            {
                kept = Take(kept + read, now);
            }

            if (now >= nextSecond)
            {
                nextSecond = now + Clock.Seconds(1);
                double at = runSeconds(now);
                rate.Add(at, (delivered - before.Delivered) / (at - before.At));
                before = (at, delivered);
                Told.EndSecond(at);
                Handed.EndSecond(at);
            }

            if (takeTotals)
            {
                takeTotals = false;
                taken!.SetResult((Handed.TakeTotal(), Told.TakeTotal()));
            }
        }
    }

    // Counts whole events of the first bytes of the buffer and moves what is left to its beginning; how much that is.
    private int Take(int length, long now)
    {
        ReadOnlySpan<byte> bytes = buffer.AsSpan(0, length);
        if (!ready.IsSet && bytes.IndexOf("\nid: "u8) >= 0)
        {
            ready.Set();
        }

        int used = 0;
        while (bytes[used..].IndexOf(eventWord) is >= 0 and int at)
        {
            int from = used + at;
            int end = bytes[from..].IndexOf("\n\n"u8);
            if (end < 0)
            {
                used = from;
                break;
            }

            Count(bytes.Slice(from + eventWord.Length, end - eventWord.Length), now);
            used = from + end;
        }

        // What may be the beginning of an event that is cut stays.
        int left = bytes[used..].StartsWith(eventWord) ? length - used : Math.Min(length - used, eventWord.Length - 1);
        bytes[(length - left)..].CopyTo(buffer);
        return left;
    }

    private void Count(ReadOnlySpan<byte> told, long now)
    {
        switch (told[0])
        {
            case (byte)'a':
                Volatile.Write(ref acceptedIds, acceptedIds + RandomBits(told));
                Volatile.Write(ref accepted, accepted + 1);
                return;
            case (byte)'d':
                Volatile.Write(ref deliveredIds, deliveredIds + RandomBits(told));
                Volatile.Write(ref delivered, delivered + 1);
                if (TryReference(told, out long intended))
                {
                    Told.Record(now - intended);
                }

                return;
            case (byte)'s':
                if (tellsHandOver && TryReference(told, out long wanted) && TryTime(told, out DateTimeOffset handed))
                {
                    Handed.Record(Clock.FromWall(handed) - wanted);
                }

                return;
            case (byte)'q':
                return;
            default:
                Ended++;
                return;
        }
    }

    /// <summary>The last 64 bits of the message's id in an event, of which 62 are random (UUIDv7).</summary>
    internal static ulong RandomBits(ReadOnlySpan<byte> told)
    {
        ReadOnlySpan<byte> name = "\"message\":\""u8;
        int at = told.IndexOf(name) + name.Length;
        return Stamp.TryHex(told.Slice(at + 19, 4), out ulong high) && Stamp.TryHex(told.Slice(at + 24, 12), out ulong low) ? (high << 48) | low : throw new InvalidDataException("an event has no message's id");
    }

    private static bool TryReference(ReadOnlySpan<byte> told, out long intended)
    {
        int at = told.LastIndexOf("\"reference\":\"L"u8);
        ulong value = 0;
        bool found = at >= 0 && Stamp.TryHex(told.Slice(at + 14, 16), out value);
        intended = (long)value;
        return found;
    }

    private static bool TryTime(ReadOnlySpan<byte> told, out DateTimeOffset at)
    {
        int from = told.IndexOf("\"at\":\""u8) + 6;
        return DateTimeOffset.TryParse(Encoding.ASCII.GetString(told.Slice(from, told[from..].IndexOf((byte)'"'))), CultureInfo.InvariantCulture, out at);
    }
}
