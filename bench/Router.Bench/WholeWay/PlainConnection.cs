using System.Net.Sockets;
using System.Text;

namespace Router.Bench.WholeWay;

/// <summary>A client's connection as a plain blocking socket: what it does allocates nothing, so all that is counted meanwhile is the server's.</summary>
internal sealed class PlainConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        SendTimeout = (int)Patience.TotalMilliseconds,
        ReceiveTimeout = (int)Patience.TotalMilliseconds,
    };

    private readonly byte[] buffer = new byte[256 * 1024];
    private int kept;

    /// <summary>Connects to the host and sends the head of a request.</summary>
    public PlainConnection(RunningHost host, string requestLine, string headers)
    {
        socket.Connect(host.EndPoint);
        Send(Encoding.ASCII.GetBytes($"{requestLine} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Key}\r\n{headers}\r\n"));
    }

    /// <summary>Sends all of <paramref name="bytes"/>.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>
    /// Reads until <paramref name="word"/> has come <paramref name="enough"/> times or the answer ends; how often it came. Chunks do not cut it: the host writes a line, an
    /// event into one piece of its buffer.
    /// </summary>
    public int Count(ReadOnlySpan<byte> word, int enough)
    {
        int count = 0;
        int read;
        while (count < enough && (read = socket.Receive(buffer.AsSpan(kept), SocketFlags.None)) > 0)
        {
            int length = kept + read;
            int used = 0;
            for (int at; (at = buffer.AsSpan(used, length - used).IndexOf(word)) >= 0; used += at + word.Length)
            {
                count++;
            }

            // What may be the beginning of a word that is cut by the end of this read stays.
            kept = Math.Min(length - used, word.Length - 1);
            buffer.AsSpan(length - kept, kept).CopyTo(buffer);
        }

        return count;
    }

    public void Dispose() => socket.Dispose();
}
