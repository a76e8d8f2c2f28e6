using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Router.Host.Settings;

namespace Router.Host.Tests;

/// <summary>What is told when the host cannot listen. The tests run as a user who may listen on any port, so the faults are made by hand, in the shapes that Kestrel gives them.</summary>
public sealed class ListenFaultTests
{
    private static readonly HostSettings Settings = new() { HttpUrl = new Uri("http://localhost:81") };

    [Theory]
    [InlineData(SocketError.AccessDenied, "may not be listened on by this user: give a port from 1024 on")]
    [InlineData(SocketError.AddressNotAvailable, "is not an address of this machine: give one that is")]
    [InlineData(SocketError.AddressAlreadyInUse, "is in use by another program: stop that one")]
    [InlineData(SocketError.AddressFamilyNotSupported, "cannot be listened on (AddressFamilyNotSupported): give another address")]
    public void A_socket_fault_names_the_setting_its_value_and_the_remedy(SocketError error, string told)
    {
        SocketException fault = new((int)error);
        Exception[] shapes =
        [
            fault, new IOException("failed to bind", fault), new IOException("failed to bind to localhost", new AggregateException(new InvalidOperationException(), fault)),
        ];

        Assert.All(shapes, shape => Assert.StartsWith("Http:Url http://localhost:81/ " + told, ListenFault.Of(shape, Settings, siloRuns: true), StringComparison.Ordinal));
    }

    [Fact]
    public void Before_the_silo_runs_the_fault_is_its_own()
    {
        SocketException fault = new((int)SocketError.AddressAlreadyInUse);

        Assert.StartsWith("Cluster:Address (a free port of loopback) is in use", ListenFault.Of(fault, Settings, siloRuns: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_in_use_is_told_as_one() =>
        Assert.StartsWith("Http:Url http://localhost:81/ is in use", ListenFault.Of(new IOException("", new AddressInUseException("")), Settings, siloRuns: true), StringComparison.Ordinal);

    [Fact]
    public void Another_fault_is_not_one_of_listening() => Assert.Null(ListenFault.Of(new IOException("", new InvalidOperationException()), Settings, siloRuns: true));
}
