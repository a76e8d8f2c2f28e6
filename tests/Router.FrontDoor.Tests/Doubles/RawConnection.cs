using System.Net.Sockets;
using System.Text;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A TCP connection that sends what a test likes and reads HTTP/1.1 answers piece by piece.</summary>
internal sealed class RawConnection(Socket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly byte[] buffer = new byte[64 * 1024];
    private int filled;
    private int taken;
    private int chunkLeft;
    private bool chunked;

    public Socket Socket => socket;

    public async Task SendAsync(string text) => await SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Sends the head of a request; <paramref name="length"/> null: chunked.</summary>
    public Task SendHeadAsync(string method, string path, string key, string? type = null, long? length = null, string more = "") => SendAsync(
        $"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}"
        + $"{(length is { } l ? $"Content-Length: {l}\r\n" : type is null ? "" : "Transfer-Encoding: chunked\r\n")}{more}\r\n");

    /// <summary>Sends one chunk of a body.</summary>
    public Task SendChunkAsync(string text) => SendAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    public Task EndChunksAsync() => SendAsync("0\r\n\r\n");

    /// <summary>Reads the status line and the headers.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int next = await NextAsync();
            Assert.True(next >= 0, "the connection ended inside the head: " + head);
            head.Append((char)next);
        }

        chunked = head.ToString().Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        return head.ToString();
    }

    /// <summary>Reads the next line of a (chunked) body without its end; null: the body has ended, by its last chunk or because the connection did.</summary>
    public async Task<string?> ReadLineAsync()
    {
        var line = new List<byte>();
        while (true)
        {
            int next = await NextOfBodyAsync();
            if (next < 0)
            {
                return line.Count == 0 ? null : Encoding.UTF8.GetString([.. line]);
            }

            if (next == '\n')
            {
                return Encoding.UTF8.GetString([.. line]);
            }

            line.Add((byte)next);
        }
    }

    /// <summary>Whether the body ended as it should, not by the connection's end.</summary>
    public bool EndedWhole { get; private set; }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> NextOfBodyAsync()
    {
        if (!chunked)
        {
            return await NextAsync();
        }

        if (chunkLeft == 0)
        {
            string size = await HeadLineAsync();
            if (size.Length == 0)
            {
                size = await HeadLineAsync();
            }

            if (size.Length == 0)
            {
                return -1;
            }

            chunkLeft = Convert.ToInt32(size, 16);
            if (chunkLeft == 0)
            {
                await HeadLineAsync();
                EndedWhole = true;
                return -1;
            }
        }

        chunkLeft--;
        return await NextAsync();
    }

    private async ValueTask<string> HeadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            int next = await NextAsync();
            if (next < 0 || next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)next);
        }
    }

    private ValueTask<int> NextAsync() => taken < filled ? new(buffer[taken++]) : FillAsync();

    private async ValueTask<int> FillAsync()
    {
        try
        {
            filled = await socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(Patience);
        }
        catch (SocketException)
        {
            filled = 0;
        }

        taken = 0;
        return filled == 0 ? -1 : buffer[taken++];
    }
}
