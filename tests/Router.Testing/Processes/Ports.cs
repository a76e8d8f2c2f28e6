using System.Net;
using System.Net.Sockets;

namespace Router.Testing.Processes;

/// <summary>
/// Ports of loopback for servers that cannot bind port 0. Each is claimed for the life of this process by a lock that every process of this machine sees, and lies below
/// those that a kernel gives to sockets of its own choice (<c>ip_local_port_range</c> begins at 32,768): nobody else listens there between the claim and the server's bind.
/// </summary>
public static class Ports
{
    private const int First = 20_000;
    private const int Last = 32_767;

    // Held until the process ends: a server that is killed and started again must find its port free.
    private static readonly List<FileStream> Claims = [];

    /// <summary>One that is nobody else's until this process ends.</summary>
    public static int Claim()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "router-ports")).FullName;
        while (true)
        {
            int port = Random.Shared.Next(First, Last + 1);
            if (IsFree(port) && Lock(Path.Combine(folder, $"{port}")) is { } claim)
            {
                lock (Claims)
                {
                    Claims.Add(claim);
                }

                return port;
            }
        }
    }

    private static FileStream? Lock(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
