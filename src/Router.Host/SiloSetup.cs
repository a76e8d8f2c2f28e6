using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Dashboard;
using Router.FrontDoor;
using Router.Grains;
using Router.Host.Settings;
using Router.Streams;

namespace Router.Host;

/// <summary>Adds the silo: one, on its own, with its membership in memory. It listens, because Orleans always does, on loopback and a free port; no gateway.</summary>
internal static class SiloSetup
{
    private const string Id = "router";

    /// <summary>Adds it.</summary>
    public static void AddRouterSilo(this IHostApplicationBuilder builder, HostSettings settings)
    {
        IPEndPoint address = settings.ClusterAddress ?? new IPEndPoint(IPAddress.Loopback, FreePort());
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(address);
            silo.ConfigureEndpoints(address.Address, address.Port, gatewayPort: 0);
            silo.Configure<ClusterOptions>(static o => o.ClusterId = o.ServiceId = Id);
            silo.AddDashboard(static o => o.HideTrace = true); // the live log would show what libraries log
            silo.AddRouter(new RouterSiloOptions { OperatorKey = settings.FrontDoor.OperatorKey is { } key ? FrontDoorOptions.HashOf(key) : null });
            if (settings.Kafka.IsOn)
            {
                silo.AddRouterStreams(settings.Kafka);
            }
        });
    }

    // The kernel hands its free ports out at random and not twice in a row: several Routers started together get different ones.
    private static int FreePort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
