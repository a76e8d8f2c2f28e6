using System.Net.Sockets;

namespace Router.LoadTest.Wire;

/// <summary>Bytes read from a socket that does not block and not used yet. For the one thread of its loop.</summary>
internal sealed class InBuffer(int capacity)
{
    private byte[] bytes = new byte[capacity];
    private int start;
    private int end;

    /// <summary>What is there.</summary>
    internal ReadOnlySpan<byte> Unused => bytes.AsSpan(start, end - start);

    /// <summary>So many bytes were used.</summary>
    internal void Use(int count)
    {
        start += count;
        if (start == end)
        {
            start = end = 0;
        }
    }

    /// <summary>Forgets what is there.</summary>
    internal void Clear() => start = end = 0;

    /// <summary>Reads what is there now, once; false: nothing is.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    internal bool ReadFrom(Socket socket)
    {
        if (end == bytes.Length)
        {
            int count = end - start;
            byte[] to = count > bytes.Length / 2 ? new byte[bytes.Length * 2] : bytes;
            Buffer.BlockCopy(bytes, start, to, 0, count);
            bytes = to;
            (start, end) = (0, count);
        }

        int read = socket.Receive(bytes.AsSpan(end), SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        if (error != SocketError.Success || read == 0)
        {
            throw new SocketException((int)(error == SocketError.Success ? SocketError.ConnectionReset : error));
        }

        end += read;
        return true;
    }
}
