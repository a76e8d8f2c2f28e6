using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Router.Host.Settings;

namespace Router.Host;

/// <summary>Why the host cannot listen where the settings say: the setting, its value and the remedy (STYLE 25).</summary>
internal static class ListenFault
{
    /// <summary>
    /// What to tell of <paramref name="exception"/>; null: it is about something else. The silo listens first: while <paramref name="siloRuns"/> is false, the fault is its.
    /// </summary>
    public static string? Of(Exception exception, HostSettings settings, bool siloRuns) => Of(
        exception, siloRuns ? $"Http:Url {settings.HttpUrl}" : $"Cluster:Address {settings.ClusterAddress?.ToString() ?? "(a free port of loopback)"}");

    private static string? Of(Exception exception, string setting) => Find(exception) switch
    {
        AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"{setting} is in use by another program: stop that one, or give another port",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"{setting} may not be listened on by this user: give a port from 1024 on, or the right to lower ones (CAP_NET_BIND_SERVICE)",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            $"{setting} is not an address of this machine: give one that is; for all of them, 0.0.0.0",
        SocketException other => $"{setting} cannot be listened on ({other.SocketErrorCode}): give another address or port",
        _ => null,
    };

    // localhost is two addresses, whose faults come together.
    private static Exception? Find(Exception? exception) => exception switch
    {
        null or SocketException or AddressInUseException => exception,
        AggregateException several => several.InnerExceptions.Select(Find).FirstOrDefault(static found => found is not null),
        _ => Find(exception.InnerException),
    };
}
