using System.Net;
using System.Net.Sockets;

namespace Router.Host.Wiring;

/// <summary>Ports that nobody uses: several Routers run side by side on one machine.</summary>
internal static class FreePorts
{
    /// <summary>A free port on loopback. Another process may take it before it is used: then the start says so.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
