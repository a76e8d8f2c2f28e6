using System.Net;
using System.Net.Sockets;

namespace Router.Faults;

/// <summary>A receiver of webhooks that reads a post and answers with a mutated answer, then closes; as fast as it is asked.</summary>
internal sealed class HostileReceiver : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Mutator mutator;
    private readonly byte[] end;
    private readonly Task serving;

    /// <param name="seed">Of its answers.</param>
    /// <param name="end">What a post's body ends with, and nothing before it does.</param>
    public HostileReceiver(int seed, byte[] end)
    {
        mutator = new Mutator(seed, Answers);
        this.end = end;
        listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        serving = Task.Run(ServeAsync);
    }

    /// <summary>What is mutated.</summary>
    public static byte[][] Answers { get; } =
    [
        RawReceiver.Taken, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\n\r\nok"u8.ToArray(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"u8.ToArray(), "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
        "HTTP/1.1 429 Slow\r\nRetry-After: Sat, 28 Nov 2026 10:00:00 GMT\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
    ];

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
    }

    // One connection after the other: whoever asks waits for his answer.
    private async Task ServeAsync()
    {
        byte[] room = new byte[4_096];
        try
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync(stopping.Token);
                try
                {
                    int read = 0;
                    int more;
                    while (!room.AsSpan(0, read).EndsWith(end) && (more = await socket.ReceiveAsync(room.AsMemory(read), stopping.Token)) > 0)
                    {
                        read += more;
                    }

                    socket.Send(mutator.Next());
                }
                catch (SocketException)
                {
                    // The client did not wait.
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
        }
    }
}
