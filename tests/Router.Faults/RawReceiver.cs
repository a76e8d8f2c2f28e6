using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Router.Faults;

/// <summary>A receiver of webhooks on a bare socket, whose answers are the test's: proper ones, none at all, or any bytes.</summary>
internal sealed class RawReceiver : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, byte> delivered = new();
    private readonly ConcurrentDictionary<string, byte> seen = new();
    private readonly Task accepting;
    private int posts;

    public RawReceiver()
    {
        listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        accepting = Task.Run(AcceptAsync);
    }

    /// <summary>A proper answer: taken.</summary>
    public static byte[] Taken { get; } = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();

    /// <summary>A proper answer: not taken.</summary>
    public static byte[] Failed { get; } = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    public string Url { get; }

    /// <summary>What is answered, and whether the connection ends then; null: nothing, ever, and the connection stays.</summary>
    public Func<(byte[] Bytes, bool Close)?> Answer { get; set; } = static () => (Taken, false);

    /// <summary>In place of <see cref="Answer"/> for what has not come before, by path and the event's id.</summary>
    public Func<(byte[] Bytes, bool Close)>? FirstAnswer { get; set; }

    /// <summary>Messages of which it took that they are delivered.</summary>
    public ICollection<string> Delivered => delivered.Keys;

    /// <summary>Posts that came.</summary>
    public int Posts => Volatile.Read(ref posts);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stopping.Token);
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                while (await ReadAsync(socket) is var (path, body))
                {
                    Interlocked.Increment(ref posts);
                    JsonElement told = JsonSerializer.Deserialize<JsonElement>(body);
                    bool isNew = FirstAnswer is not null && seen.TryAdd(path + told.GetProperty("id").GetString(), 0);
                    if ((isNew ? FirstAnswer!() : Answer()) is not { } answer)
                    {
                        await Task.Delay(Timeout.Infinite, stopping.Token);
                        return;
                    }

                    if (answer.Bytes == Taken && told.GetProperty("type").GetString() == "message.delivered")
                    {
                        delivered.TryAdd(told.GetProperty("message").GetString()!, 0);
                    }

                    await socket.SendAsync(answer.Bytes, stopping.Token);
                    if (answer.Close)
                    {
                        return;
                    }
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or SocketException)
            {
            }
        }
    }

    // Path and body of the next request; null: the client went.
    private async Task<(string Path, byte[] Body)?> ReadAsync(Socket socket)
    {
        var read = new List<byte>();
        byte[] room = new byte[8192];
        while (true)
        {
            int head = CollectionsMarshal.AsSpan(read).IndexOf("\r\n\r\n"u8);
            if (head >= 0)
            {
                string headers = Encoding.ASCII.GetString([.. read[..head]]);
                string length = headers.Split("\r\n").First(static h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))[15..];
                int end = head + 4 + int.Parse(length, CultureInfo.InvariantCulture);
                if (read.Count >= end)
                {
                    return (headers.Split(' ')[1], [.. read[(head + 4)..end]]);
                }
            }

            int count = await socket.ReceiveAsync(room, stopping.Token);
            if (count == 0)
            {
                return null;
            }

            read.AddRange(room.AsSpan(0, count));
        }
    }
}
