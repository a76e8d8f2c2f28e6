using System.Net;
using System.Net.Sockets;
using Router.LoadTest.Load;

namespace Router.LoadTest.Wire;

/// <summary>One connection of a driver's loop: takes tickets, sends, reads answers. Never blocks but to connect.</summary>
internal abstract class DriverConnection(int number, IPEndPoint target, Epoll epoll, Tally tally, int outBytes, int inBytes) : IDisposable
{
    private Socket? socket;
    private bool waitsToWrite;
    private bool dirty;

    /// <summary>Requests sent and not answered.</summary>
    internal abstract int InFlight { get; }

    /// <summary>Whether it takes a ticket now.</summary>
    internal abstract bool HasRoom { get; }

    /// <summary>Whether it stands in the loop's queue of those that have room.</summary>
    internal bool Queued { get; set; }

    /// <summary>Which connection of its flow it is, from 0.</summary>
    protected int Number { get; } = number;

    protected OutBuffer Out { get; } = new(outBytes);

    protected InBuffer In { get; } = new(inBytes);

    protected Tally Tally { get; } = tally;

    /// <summary>Connects.</summary>
    internal void Open()
    {
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(target);
        socket.Blocking = false;
        waitsToWrite = false;
        Out.Clear();
        In.Clear();
        epoll.Watch(socket, Number, Epoll.Readable);
        Opened();
    }

    /// <summary>Writes a request into the buffer.</summary>
    internal abstract void Take(in Ticket ticket);

    /// <summary>Marks it as one to be flushed; false: it was.</summary>
    internal bool MarkDirty() => !dirty && (dirty = true);

    /// <summary>Sends what waits as far as the socket takes it.</summary>
    internal void Flush()
    {
        dirty = false;
        if (socket is null)
        {
            return;
        }

        try
        {
            Flushing();
            Out.SendOn(socket);
            bool more = Out.Count > 0;
            if (more != waitsToWrite)
            {
                waitsToWrite = more;
                epoll.Change(socket, Number, more ? Epoll.Readable | Epoll.Writable : Epoll.Readable);
            }
        }
        catch (SocketException)
        {
            Lost();
        }
    }

    /// <summary>The loop found it ready.</summary>
    internal void Ready(uint events, long now)
    {
        if ((events & Epoll.Writable) != 0)
        {
            Flush();
        }

        if ((events & ~Epoll.Writable) == 0 || socket is null)
        {
            return;
        }

        try
        {
            while (In.ReadFrom(socket))
            {
                Read(now);
            }
        }
        catch (SocketException)
        {
            Lost();
        }
    }

    /// <summary>No more tickets come.</summary>
    internal virtual void Finish()
    {
    }

    public void Dispose() => socket?.Dispose();

    protected virtual void Opened()
    {
    }

    protected virtual void Flushing()
    {
    }

    /// <summary>Bytes came.</summary>
    protected abstract void Read(long now);

    /// <summary>The connection is gone: what was in flight has no answer. True: it is to be opened again.</summary>
    protected abstract bool Gone();

    /// <summary>The server is done with this connection and so are we.</summary>
    protected void Reopen() => Lost();

    private void Lost()
    {
        socket?.Dispose();
        socket = null;
        if (!Gone())
        {
            return;
        }

        try
        {
            Open();
        }
        catch (SocketException)
        {
            // Nobody is there: each ticket that it takes from now on would fail, so it takes none (HasRoom).
            socket?.Dispose();
            socket = null;
        }
    }

    /// <summary>Whether there is a connection.</summary>
    protected bool IsOpen => socket is not null;
}
