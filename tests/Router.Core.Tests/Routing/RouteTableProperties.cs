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

    // Nearly all routes of one digit after 3 and of one after 39, so that covers happen.
    [Property(MaxTest = 300)]
    public void A_route_is_called_unreachable_if_and_only_if_no_message_finds_it(int seed)
    {
        var random = new Random(seed);
        string[] purposes = ["otp", "transactional", "service", "marketing"];
        var all = new List<RouteSettings>();
        foreach (string prefix in Enumerable.Range(0, 10).Select(static d => "3" + d).Append("3").Concat(Enumerable.Range(0, 10).Select(static d => "39" + d)))
        {
            all.Add(RouteTableTests.RouteOf(["a"], prefix: prefix));
            all.AddRange(purposes.Select(p => RouteTableTests.RouteOf(["a"], prefix: prefix, purpose: p)));
        }

        int leftOut = random.Next(10);
        RouteSettings[] routes = [.. all.Where(_ => random.Next(40) >= leftOut)];
        var found = new HashSet<RouteSettings>();
        for (int number = 300; number < 400; number++)
        {
            foreach (string purpose in purposes)
            {
                string digits = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
                if (routes.Where(r => digits.StartsWith(r.Prefix!, StringComparison.Ordinal) && (r.Purpose ?? purpose) == purpose)
                    .OrderByDescending(static r => r.Prefix!.Length).ThenByDescending(static r => r.Purpose is not null).FirstOrDefault() is { } one)
                {
                    found.Add(one);
                }
            }
        }

        string[] expected = [.. routes.Index().Where(r => !found.Contains(r.Item)).Select(static r => $"routes[{r.Index}]")];
        Assert.Equal(expected, RouteValidation.Check(routes, RouteTableTests.Config).Select(static f => f.Field));
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
