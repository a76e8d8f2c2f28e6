using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Router.LoadTest.Wire;

/// <summary>
/// Linux' <c>epoll</c>: one thread waits for all its connections and for the next intended time, to the 50 µs of the kernel's timers. Refused: a task a connection (the thread pool's
/// wake-ups cost more than the requests, and its timers know whole milliseconds only).
/// </summary>
internal sealed class Epoll : IDisposable
{
    /// <summary>Something to read, or the other side is gone.</summary>
    internal const uint Readable = 0x001;

    /// <summary>There is room to write.</summary>
    internal const uint Writable = 0x004;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const int Modify = 3;
    private const int Interrupted = 4;

    private readonly Ready[] ready = new Ready[256];
    private readonly int handle = epoll_create1(CloseOnExec);

    /// <summary>Says of each of the connections found by <see cref="Wait"/> which it is and what it is ready for.</summary>
    internal ReadOnlySpan<Ready> Found(int count) => ready.AsSpan(0, count);

    /// <summary>Watches <paramref name="socket"/>; <paramref name="number"/> comes back with what is found.</summary>
    internal void Watch(Socket socket, long number, uint events) => Control(Add, socket, number, events);

    /// <summary>From now on watches it for other events.</summary>
    internal void Change(Socket socket, long number, uint events) => Control(Modify, socket, number, events);

    /// <summary>Watches it no more.</summary>
    internal void Forget(Socket socket) => Control(Remove, socket, 0, 0);

    /// <summary>Waits at most so many nanoseconds; how many connections are ready.</summary>
    internal int Wait(long nanoseconds)
    {
        var time = new Time { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        int count = epoll_pwait2(handle, ready, ready.Length, in time, 0);
        return count >= 0 ? count : Marshal.GetLastPInvokeError() == Interrupted ? 0 : throw new Win32Exception();
    }

    public void Dispose() => _ = close(handle);

    private void Control(int operation, Socket socket, long number, uint events)
    {
        var wanted = new Ready { Events = events, Number = number };
        if (epoll_ctl(handle, operation, (int)socket.Handle, ref wanted) != 0)
        {
            throw new Win32Exception();
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_ctl(int epoll, int operation, int file, ref Ready wanted);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_pwait2(int epoll, [In, Out] Ready[] found, int most, in Time timeout, nint signals);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int file);

    // Packed on x86-64 (epoll_ctl(2)).
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Ready
    {
        public uint Events;
        public long Number;
    }

    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
