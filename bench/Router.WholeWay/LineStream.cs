using System.Net.Sockets;
using System.Text;

namespace Router.WholeWay;

/// <summary>One NDJSON stream over a plain socket: lines go out in large chunks while answers are read.</summary>
internal static class LineStream
{
    /// <summary>Sends <paramref name="lines"/>; returns how many were answered as accepted.</summary>
    public static async Task<int> RunAsync(Host host, byte[] lines)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", host.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Key}\r\nContent-Type: application/x-ndjson\r\nContent-Length: {lines.Length}\r\nConnection: close\r\n\r\n"));
        Task<int> answers = CountAsync(stream, "\"status\":\"accepted\""u8.ToArray());
        await stream.WriteAsync(lines);
        return await answers;
    }

    /// <summary>Counts a word until the stream ends or <paramref name="enough"/> are there.</summary>
    public static async Task<int> CountAsync(Stream stream, byte[] word, int enough = int.MaxValue)
    {
        byte[] buffer = new byte[256 * 1024];
        int kept = 0;
        int count = 0;
        int read;
        while (count < enough && (read = await stream.ReadAsync(buffer.AsMemory(kept))) > 0)
        {
            int length = kept + read;
            int used = 0;
            for (int at; (at = buffer.AsSpan(used, length - used).IndexOf(word)) >= 0; used += at + word.Length)
            {
                count++;
            }

            // What may be the beginning of a word that is cut stays.
            kept = Math.Min(length - used, word.Length - 1);
            buffer.AsSpan(length - kept, kept).CopyTo(buffer);
        }

        return count;
    }
}
