using System.Net;
using System.Net.Sockets;

namespace Router.LoadTest.Children;

/// <summary>Free ports of loopback.</summary>
internal static class Ports
{
    /// <summary>One that nobody has just now.</summary>
    internal static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
