using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Router.Faults;

/// <summary>An HTTP client on a bare socket: sends any bytes at any pace, reads or does not, and can go in the middle.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket socket;

    private RawClient(Socket socket) => this.socket = socket;

    public static async Task<RawClient> ConnectAsync(Uri url, int receiveBytes = 0)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBytes > 0)
        {
            socket.ReceiveBufferSize = receiveBytes;
        }

        await socket.ConnectAsync(IPAddress.Loopback, url.Port);
        return new RawClient(socket);
    }

    /// <summary>The head of a request.</summary>
    public static byte[] Head(string line, string key, string more = "") => Encoding.ASCII.GetBytes($"{line} HTTP/1.1\r\nHost: r\r\nAuthorization: Bearer {key}\r\n{more}\r\n");

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Reads; 0: the server has ended the connection.</summary>
    public async Task<int> ReceiveAsync(Memory<byte> room)
    {
        try
        {
            return await socket.ReceiveAsync(room);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>All that comes until the server ends the connection; at most 64 MiB.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new MemoryStream();
        byte[] room = new byte[65_536];
        while (all.Length < 64 << 20 && await ReceiveAsync(room) is > 0 and int count)
        {
            all.Write(room, 0, count);
        }

        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }

    /// <summary>The lines of a chunked answer, as they come, until it ends or the connection does.</summary>
    public async Task ReadLinesAsync(Action<string> line)
    {
        using var stream = new BufferedStream(new NetworkStream(socket, ownsSocket: false), 65_536);
        string head = ReadHeadLine(stream);
        while (head.Length > 0)
        {
            head = ReadHeadLine(stream);
        }

        var text = new StringBuilder();
        byte[] room = new byte[65_536];
        try
        {
            while (int.TryParse(ReadHeadLine(stream), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int size) && size > 0)
            {
                while (size > 0)
                {
                    int count = await stream.ReadAsync(room.AsMemory(0, Math.Min(size, room.Length)));
                    if (count == 0)
                    {
                        return;
                    }

                    size -= count;
                    text.Append(Encoding.UTF8.GetString(room, 0, count));
                    Tell();
                }

                ReadHeadLine(stream);
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
        }

        void Tell()
        {
            string all = text.ToString();
            int from = 0;
            for (int end; (end = all.IndexOf('\n', from)) >= 0; from = end + 1)
            {
                line(all[from..end]);
            }

            text.Clear().Append(all, from, all.Length - from);
        }
    }

    /// <summary>Posts so many lines as one stream and reads its answers meanwhile; cuts it in the middle of line <paramref name="cutAt"/>.</summary>
    public static async Task StreamAsync(Uri url, string key, string idempotencyKey, int lines, Func<int, string> line, Action<string> answer, int? cutAt = null, Func<Task>? beforeCut = null)
    {
        const int Batch = 500;
        using RawClient one = await ConnectAsync(url);
        await one.SendAsync(Head("POST /v1/messages", key, $"Content-Type: application/x-ndjson\r\nIdempotency-Key: {idempotencyKey}\r\nTransfer-Encoding: chunked\r\n"));
        Task reading = Task.Run(() => one.ReadLinesAsync(answer));
        var batch = new StringBuilder();
        for (int i = 0; i < lines; i++)
        {
            batch.Append(line(i));
            if (i == cutAt)
            {
                batch.Length -= 20; // in the middle of a line
                await one.SendAsync(Chunk(batch));
                await (beforeCut?.Invoke() ?? Task.CompletedTask);
                one.Cut();
                break;
            }

            batch.Append('\n');
            if (i % Batch == Batch - 1 || i == lines - 1)
            {
                await one.SendAsync(Chunk(batch));
                batch.Clear();
            }
        }

        if (cutAt is null)
        {
            await one.SendAsync("0\r\n\r\n"u8.ToArray());
        }

        await reading;
    }

    /// <summary>Ends the connection with an RST.</summary>
    public void Cut()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private static byte[] Chunk(StringBuilder bytes) => Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n{bytes}\r\n");

    private static string ReadHeadLine(Stream stream)
    {
        var line = new StringBuilder();
        try
        {
            for (int next; (next = stream.ReadByte()) is >= 0 and not '\n';)
            {
                line.Append((char)next);
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
        }

        return line.ToString().TrimEnd('\r');
    }
}
