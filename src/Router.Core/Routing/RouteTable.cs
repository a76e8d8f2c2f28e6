using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Core.Routing;

/// <summary>The routes, compiled: the most specific match wins (tenant, sender, longest prefix, purpose, in that order; DESIGN §6).</summary>
public sealed class RouteTable
{
    /// <summary>Compiles <paramref name="routes"/>, which are valid already, with the tenants and providers of <paramref name="configuration"/>.</summary>
    public static RouteTable Build(IReadOnlyList<RouteSettings> routes, Configuration configuration) => throw new NotSupportedException();

    /// <summary>The route of a message, or null.</summary>
    public static Route? Find(int tenant, Channel channel, DestinationPrefix prefix, uint senderTag, Purpose purpose) => null;
}
