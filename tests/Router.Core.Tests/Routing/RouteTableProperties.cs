using System.Text;
using FsCheck.Xunit;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;

namespace Router.Core.Tests.Routing;

/// <summary>The compiled table answers as a plain scan over all routes does.</summary>
public sealed class RouteTableProperties
{
    private static readonly string[] Prefixes = ["3", "39", "393", "39333", "393331", "4", "0", "00"];
    private static readonly string[] Digits = ["", "3", "39", "393331", "393332", "391111", "443331", "001111", "012345"];
    private static readonly string[] Regions = ["eu", "us"];
    private static readonly string[] Senders = ["s1", "s2", "s3"];
    private static readonly string[] Providers = [.. "abcdefghijklmnopq".Select(static c => c.ToString())];

    [Property(MaxTest = 300)]
    public void The_table_finds_what_a_scan_finds(int seed)
    {
        var random = new Random(seed);
        RouteSettings[] routes = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => AnyRoute(random))];
        RouteTable table = RouteTable.Build(routes, RouteTableTests.Config);
        for (int i = 0; i < 60; i++)
        {
            (Tenant tenant, Channel channel, string digits, string? sender, Purpose purpose, string? region) = (
                random.GetItems([.. RouteTableTests.Config.Tenants], 1)[0], random.GetItems([Channel.Sms, Channel.Voice], 1)[0],
                random.GetItems(Digits, 1)[0], random.GetItems([null, .. Senders], 1)[0], (Purpose)random.Next(4), Maybe(random, Regions));
            Route? found = table.Find(
                tenant.Number, channel, DestinationPrefix.Of(Encoding.ASCII.GetBytes(digits)), Sender.TagOf(Encoding.UTF8.GetBytes(sender ?? "")), purpose, RegionTag.Of(region));
            string? expected = Scan(routes, tenant.Name, WireNames.Of(channel), digits, sender, WireNames.Of(purpose), region);
            Assert.Equal(expected, found is null ? null : RouteTableTests.Config.FindProvider(found.Providers[0])!.Name);
        }
    }

    private static RouteSettings AnyRoute(Random random) => RouteTableTests.RouteOf(
        [Providers[random.Next(Providers.Length)]],
        prefix: Maybe(random, Prefixes),
        tenant: Maybe(random, ["acme", "zeta"]),
        sender: Maybe(random, Senders),
        purpose: Maybe(random, ["otp", "transactional", "service", "marketing"]),
        region: Maybe(random, Regions));

    private static string? Maybe(Random random, string[] values) => random.Next(2) == 0 ? null : values[random.Next(values.Length)];

    private static string? Scan(RouteSettings[] routes, string tenant, string channel, string digits, string? sender, string purpose, string? region) => routes
        .Where(r => r.Channel == channel
            && (r.Tenant ?? tenant) == tenant
            && (r.Sender ?? sender) == sender
            && digits.StartsWith(r.Prefix ?? "", StringComparison.Ordinal)
            && (r.Purpose ?? purpose) == purpose
            && (r.Region ?? region) == region)
        .OrderByDescending(static r => r.Tenant is not null)
        .ThenByDescending(static r => r.Sender is not null)
        .ThenByDescending(static r => r.Prefix?.Length ?? 0)
        .ThenByDescending(static r => r.Purpose is not null)
        .ThenByDescending(static r => r.Region is not null)
        .FirstOrDefault()?.Providers[0];
}
