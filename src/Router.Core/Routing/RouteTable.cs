using System.Numerics;
using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Core.Routing;

/// <summary>
/// The routes, compiled: the most specific match wins (tenant, sender, longest prefix, purpose, region, in that order; DESIGN §6). Immutable: swapped
/// whole with its <see cref="Configuration"/>, read from any thread.
/// </summary>
/// <remarks>
/// Hot path. <c>RouteBenchmark</c>, 0 B. One hash table of all matches, probed once for each shape (<see cref="RouteShape"/>) that routes of this channel
/// use, from the most specific on; shapes that fix a tenant are probed only for tenants that have such routes. Cost grows with the shapes in use, not with the routes.
/// </remarks>
public sealed class RouteTable
{
    private static readonly uint[] PowersOfTen = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

    // A route that matches, but has no provider that can carry it, must not fall back on a wider one that the operator did not mean for it.
    private readonly Dictionary<RouteKey, RouteChoice> routes = [];
    private readonly Dictionary<ulong, ulong> shapesByTenantAndChannel = [];
    private readonly ulong[] shapesByChannel = new ulong[byte.MaxValue + 1];

    private RouteTable()
    {
    }

    /// <summary>
    /// Compiles <paramref name="routes"/> with the tenants and providers of <paramref name="configuration"/>. Providers that do not exist, are not
    /// enabled or do not carry the channel are left out; a route whose match is wrong or names an unknown tenant matches nothing; of two equal matches the first counts
    /// (<see cref="RouteValidation"/> tells of all these).
    /// </summary>
    public static RouteTable Build(IReadOnlyList<RouteSettings> routes, Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(configuration);
        var table = new RouteTable();
        foreach (RouteSettings settings in routes)
        {
            if (RouteMatch.TryParse(settings, configuration, out RouteMatch? match))
            {
                table.Add(match, Compile(settings.Providers, match.Channel, configuration));
            }
        }

        return table;
    }

    /// <summary>The route of a message; null when none matches or none of its providers can carry it. Whether they carry its content: <see cref="Route.ForMedia"/>.</summary>
    /// <param name="tenant">The tenant's number.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="prefix">Of the destination.</param>
    /// <param name="senderTag"><see cref="Sender.Tag"/>; 0 for none.</param>
    /// <param name="purpose">The purpose.</param>
    /// <param name="region">The region it must stay in (<see cref="RegionTag"/>): its own, else its tenant's; 0: any.</param>
    public Route? Find(int tenant, Channel channel, DestinationPrefix prefix, uint senderTag, Purpose purpose, uint region)
    {
        ulong shapes = shapesByChannel[(byte)channel];
        if (shapesByTenantAndChannel.Count != 0 && shapesByTenantAndChannel.TryGetValue(TenantAndChannel(tenant, channel), out ulong ofTenant))
        {
            shapes |= ofTenant;
        }

        for (; shapes != 0; shapes &= shapes - 1)
        {
            int shape = BitOperations.TrailingZeroCount(shapes);
            int digits = RouteShape.Digits(shape);
            if (digits > prefix.Length)
            {
                continue;
            }

            var key = RouteKey.Of(
                (byte)channel,
                shape,
                RouteShape.FixesTenant(shape) ? (uint)tenant : 0,
                RouteShape.FixesSender(shape) ? senderTag : 0,
                FirstDigits(prefix, digits),
                RouteShape.FixesPurpose(shape) ? (byte)purpose : (byte)0);
            if (routes.TryGetValue(key, out RouteChoice? choice) && choice.TryGet(region, out Route? route))
            {
                return route;
            }
        }

        return null;
    }

    private void Add(RouteMatch match, Route? route)
    {
        if (!routes.TryGetValue(match.Key, out RouteChoice? choice))
        {
            routes.Add(match.Key, choice = new RouteChoice());
        }

        if (!choice.TryAdd(match.Region, route))
        {
            return;
        }

        ulong shape = 1UL << match.Shape;
        if (match.Tenant is null)
        {
            shapesByChannel[(byte)match.Channel] |= shape;
        }
        else
        {
            ulong owner = TenantAndChannel(match.Tenant.Number, match.Channel);
            shapesByTenantAndChannel[owner] = shapesByTenantAndChannel.GetValueOrDefault(owner) | shape;
        }
    }

    private static Route? Compile(IReadOnlyList<string> names, Channel channel, Configuration configuration)
    {
        // OrderBy keeps the order given among equal costs.
        ProviderAccount[] providers =
        [
            .. names.Distinct(StringComparer.Ordinal)
                .Select(configuration.FindProvider)
                .OfType<ProviderAccount>()
                .Where(p => p.Settings.Enabled && p.Carries(channel))
                .OrderBy(static p => p.Settings.Cost),
        ];
        ProviderAccount[] forMedia = HasMedia(channel) ? [.. providers.Where(static p => p.CarriesMedia)] : [];
        return providers.Length == 0 ? null : RouteOver(providers) with { ForMedia = forMedia.Length == 0 ? null : RouteOver(forMedia) };
    }

    private static bool HasMedia(Channel channel) => channel is not (Channel.Sms or Channel.Voice);

    private static Route RouteOver(ProviderAccount[] providers) => new([.. providers.Select(static p => p.Number)], [.. providers.Select(static p => RegionTag.Of(p.Settings.Region))]);

    private static uint FirstDigits(DestinationPrefix prefix, int digits) =>
        digits == 0 ? 0 : ((uint)digits << 20) | ((uint)prefix.Value / PowersOfTen[prefix.Length - digits]);

    private static ulong TenantAndChannel(int tenant, Channel channel) => ((ulong)(uint)tenant << 8) | (byte)channel;
}
