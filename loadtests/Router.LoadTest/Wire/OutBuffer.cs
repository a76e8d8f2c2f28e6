using System.Net.Sockets;

namespace Router.LoadTest.Wire;

/// <summary>Bytes that wait to be sent on a socket that does not block. For the one thread of its loop.</summary>
internal sealed class OutBuffer(int capacity)
{
    private byte[] bytes = new byte[capacity];
    private int start;
    private int end;

    /// <summary>Bytes that wait.</summary>
    internal int Count => end - start;

    /// <summary>What waits.</summary>
    internal ReadOnlySpan<byte> Waiting => bytes.AsSpan(start, end - start);

    /// <summary>The first so many bytes wait no more.</summary>
    internal void Drop(int count)
    {
        start += count;
        if (start == end)
        {
            Clear();
        }
    }

    /// <summary>At least so many free bytes behind what waits; what is written there counts once <see cref="Advance"/> says so.</summary>
    internal Span<byte> Room(int least)
    {
        if (bytes.Length - end < least)
        {
            int count = Count;
            byte[] to = bytes.Length - count < least ? new byte[Math.Max(bytes.Length * 2, count + least)] : bytes;
            Buffer.BlockCopy(bytes, start, to, 0, count);
            bytes = to;
            (start, end) = (0, count);
        }

        return bytes.AsSpan(end);
    }

    /// <summary>So many more bytes wait.</summary>
    internal void Advance(int count) => end += count;

    /// <summary>Adds <paramref name="data"/>.</summary>
    internal void Add(ReadOnlySpan<byte> data)
    {
        data.CopyTo(Room(data.Length));
        Advance(data.Length);
    }

    /// <summary>Forgets what waits.</summary>
    internal void Clear() => start = end = 0;

    /// <summary>Sends what the socket takes now.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    internal void SendOn(Socket socket)
    {
        while (end > start)
        {
            int sent = socket.Send(bytes.AsSpan(start, end - start), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            Drop(sent);
        }
    }
}
