using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Router.Faults;

/// <summary>A link between Router and a carrier that can be cut after any byte, both ways at once (RST): what was sent in part stays in part.</summary>
internal sealed class LinkCutter : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentBag<Task> links = [];
    private readonly Random random;
    private readonly int target;
    private readonly Task accepting;
    private int cuts;

    public LinkCutter(int target, int seed)
    {
        this.target = target;
        random = new Random(seed);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>Links that come are cut while fewer than so many were.</summary>
    public int CutsWanted { get; set; }

    public int Cuts => Volatile.Read(ref cuts);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(links);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket near = await listener.AcceptSocketAsync(stopping.Token);
                int towardsCarrier = random.Next(200, 3_000);
                int fromCarrier = random.Next(200, 3_000);
                links.Add(Task.Run(() => LinkAsync(near, towardsCarrier, fromCarrier)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task LinkAsync(Socket near, int towardsCarrier, int fromCarrier)
    {
        using (near)
        using (var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        {
            near.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, target);
            await Task.WhenAny(CopyAsync(near, far, towardsCarrier), CopyAsync(far, near, fromCarrier));
            near.LingerState = far.LingerState = new LingerOption(true, 0);
        }
    }

    // Ends when one side does, or when the link is to be cut and so many bytes have gone.
    private async Task CopyAsync(Socket from, Socket to, int bytes)
    {
        byte[] room = new byte[4096];
        try
        {
            for (int gone = 0; ;)
            {
                int count = await from.ReceiveAsync(room, stopping.Token);
                if (count == 0)
                {
                    return;
                }

                if (Cuts < CutsWanted && gone + count > bytes)
                {
                    await to.SendAsync(room.AsMemory(0, bytes - gone), stopping.Token);
                    Interlocked.Increment(ref cuts);
                    return;
                }

                await to.SendAsync(room.AsMemory(0, count), stopping.Token);
                gone = Math.Min(gone + count, bytes);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }
}
