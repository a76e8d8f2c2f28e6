using System.Text;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;

namespace Router.Core.Tests.Routing;

public sealed class RouteTableTests
{
    private const string Sender = "+39000";

    [Fact]
    public void Nothing_matches_in_an_empty_table() =>
        Assert.Null(Find(Build(), "acme", "393331"));

    [Fact]
    public void Tenant_outweighs_sender_outweighs_prefix_outweighs_purpose_outweighs_region()
    {
        RouteSettings[] mostSpecificFirst =
        [
            Route("r", tenant: "acme", sender: Sender, prefix: "39", purpose: "otp", region: "eu"),
            Route("a", tenant: "acme", sender: Sender, prefix: "39", purpose: "otp"),
            Route("s", tenant: "acme", sender: Sender, prefix: "39", region: "eu"),
            Route("b", tenant: "acme", sender: Sender, prefix: "39"),
            Route("c", tenant: "acme", sender: Sender, purpose: "otp"),
            Route("d", tenant: "acme", sender: Sender),
            Route("e", tenant: "acme", prefix: "39333", purpose: "otp"),
            Route("f", tenant: "acme", prefix: "39333"),
            Route("g", tenant: "acme", prefix: "39", purpose: "otp"),
            Route("h", tenant: "acme", purpose: "otp"),
            Route("i", tenant: "acme"),
            Route("j", sender: Sender, prefix: "39", purpose: "otp"),
            Route("k", sender: Sender),
            Route("l", prefix: "393331"),
            Route("m", prefix: "39", purpose: "otp"),
            Route("n", prefix: "39"),
            Route("o", prefix: "3"),
            Route("p", purpose: "otp"),
            Route("t", region: "eu"),
            Route("q"),
        ];
        for (int i = 0; i < mostSpecificFirst.Length; i++)
        {
            // In reverse: it is not the order of the settings that decides.
            RouteTable table = Build([.. mostSpecificFirst[i..].Reverse()]);
            Assert.Equal(mostSpecificFirst[i].Providers[0], Find(table, "acme", "393331", Sender, Purpose.Otp, region: "eu"));
        }
    }

    [Theory]
    [InlineData("sms", "zeta", "393331", Sender, Purpose.Otp)]
    [InlineData("sms", "acme", "443331", Sender, Purpose.Otp)]
    [InlineData("sms", "acme", "3", Sender, Purpose.Otp)]
    [InlineData("sms", "acme", "", Sender, Purpose.Otp)]
    [InlineData("sms", "acme", "393331", "other", Purpose.Otp)]
    [InlineData("sms", "acme", "393331", "", Purpose.Otp)]
    [InlineData("sms", "acme", "393331", Sender, Purpose.Marketing)]
    [InlineData("voice", "acme", "393331", Sender, Purpose.Otp)]
    public void A_route_matches_nothing_that_differs_in_one_part(string channel, string tenant, string digits, string sender, Purpose purpose)
    {
        RouteTable table = Build(Route("a", tenant: "acme", sender: Sender, prefix: "39", purpose: "otp"));
        Assert.Equal("a", Find(table, "acme", "393331", Sender, Purpose.Otp));
        Assert.Null(Find(table, tenant, digits, sender, purpose, channel));
    }

    [Fact]
    public void A_route_of_a_region_matches_only_messages_that_must_stay_in_it()
    {
        RouteTable table = Build(Route("a", region: "eu"), Route("b", purpose: "service", region: "us"));
        Assert.Equal("a", Find(table, "acme", "393331", region: "eu"));
        Assert.Equal("b", Find(table, "acme", "393331", region: "us"));
        Assert.Null(Find(table, "acme", "393331", region: "mars"));
        Assert.Null(Find(table, "acme", "393331"));
    }

    [Fact]
    public void A_route_tells_which_of_its_providers_are_in_a_region()
    {
        Configuration configuration = new(1, [], [Provider(1, "a", region: "eu"), Provider(2, "b"), Provider(3, "c", region: "us"), Provider(4, "d", region: "eu")], [RouteOver("a", "b", "c", "d")], []);
        Route route = configuration.Routes.Find(1, Channel.Sms, default, 0, Purpose.Otp, RegionTag.Of("eu"))!;
        Assert.Equal((0b1111, 0b1001, 0b0100, 0), (route.In(0), route.In(RegionTag.Of("eu")), route.In(RegionTag.Of("us")), route.In(RegionTag.Of("mars"))));
    }

    [Fact]
    public void Leading_zeros_and_shorter_prefixes_are_other_prefixes()
    {
        RouteTable table = Build(Route("a", prefix: "0"), Route("b", prefix: "00"), Route("c", prefix: "007"));
        Assert.Equal("a", Find(table, "acme", "01"));
        Assert.Equal("b", Find(table, "acme", "001234"));
        Assert.Equal("c", Find(table, "acme", "007000"));
        Assert.Null(Find(table, "acme", "7"));
    }

    [Fact]
    public void The_cheapest_provider_comes_first_and_equal_ones_in_the_order_given()
    {
        // a to t cost 1, dear 1.5, dearer 1.6.
        RouteTable table = Build(RouteOver("dear", "b", "a", "dearer", "c"));
        Route route = table.Find(1, Channel.Sms, default, 0, Purpose.Otp, 0)!;
        Assert.Equal(["b", "a", "c", "dear", "dearer"], route.Providers.Select(n => Config.FindProvider(n)!.Name));
    }

    [Fact]
    public void Providers_that_do_not_exist_are_off_or_do_not_carry_the_channel_are_left_out()
    {
        RouteTable table = Build(RouteOver("gone", "off", "voice-only", "a"));
        Assert.Equal(["a"], table.Find(1, Channel.Sms, default, 0, Purpose.Otp, 0)!.Providers.Select(n => Config.FindProvider(n)!.Name));
    }

    [Fact]
    public void A_specific_route_without_a_provider_does_not_fall_back_on_a_wider_one()
    {
        RouteTable table = Build(Route("off", tenant: "acme"), Route("a"));
        Assert.Null(Find(table, "acme", "393331"));
        Assert.Equal("a", Find(table, "zeta", "393331"));
    }

    [Fact]
    public void A_route_of_an_unknown_tenant_matches_nobody() =>
        Assert.Null(Find(Build(Route("a", tenant: "deleted")), "acme", "393331"));

    [Fact]
    public void A_wrong_route_does_not_widen_and_does_not_stop_the_others()
    {
        RouteTable table = Build(Route("a", prefix: "x"), Route("a", purpose: "fun"), Route("a", sender: ""), Route("b", prefix: "39"));
        Assert.Null(Find(table, "acme", "443331"));
        Assert.Equal("b", Find(table, "acme", "393331"));
    }

    [Fact]
    public void The_first_of_two_equal_matches_counts() =>
        Assert.Equal("a", Find(Build(Route("a", prefix: "+39"), Route("b", prefix: "39")), "acme", "393331"));

    [Fact]
    public void A_configuration_compiles_its_routes()
    {
        var configuration = new Configuration(1, Config.Tenants, Config.Providers, [Route("a", tenant: "acme")], []);
        Assert.NotNull(configuration.Routes.Find(1, Channel.Sms, default, 0, Purpose.Otp, 0));
        Assert.Null(configuration.Routes.Find(2, Channel.Sms, default, 0, Purpose.Otp, 0));
    }

    internal static Configuration Config { get; } = new(
        1,
        [new Tenant(1, "acme", new TenantSettings { Name = "Acme" }), new Tenant(2, "zeta", new TenantSettings { Name = "Zeta" })],
        [
            .. "abcdefghijklmnopqrst".Select(static (name, at) => Provider(at + 1, name.ToString())),
            Provider(101, "dear", cost: 1.5m), Provider(102, "dearer", cost: 1.6m), Provider(103, "off", enabled: false), Provider(104, "voice-only", channel: "voice"),
        ],
        [],
        []);

    internal static RouteSettings RouteOf(
        string[] providers, string channel = "sms", string? prefix = null, string? tenant = null, string? sender = null, string? purpose = null, string? region = null) =>
        new() { Channel = channel, Prefix = prefix, Tenant = tenant, Sender = sender, Purpose = purpose, Region = region, Providers = providers };

    private static RouteSettings RouteOver(params string[] providers) => RouteOf(providers);

    private static RouteSettings Route(string provider, string? prefix = null, string? tenant = null, string? sender = null, string? purpose = null, string? region = null) =>
        RouteOf([provider], prefix: prefix, tenant: tenant, sender: sender, purpose: purpose, region: region);

    private static RouteTable Build(params RouteSettings[] routes) => RouteTable.Build(routes, Config);

    private static string? Find(RouteTable table, string tenant, string digits, string sender = "", Purpose purpose = Purpose.Service, string channel = "sms", string? region = null)
    {
        Assert.True(WireNames.TryParse(Encoding.ASCII.GetBytes(channel), out Channel parsed));
        Route? route = table.Find(
            Config.FindTenant(tenant)!.Number, parsed, DestinationPrefix.Of(Encoding.ASCII.GetBytes(digits)), Tenants.Sender.TagOf(Encoding.UTF8.GetBytes(sender)), purpose, RegionTag.Of(region));
        return route is null ? null : Config.FindProvider(route.Providers[0])!.Name;
    }

    private static ProviderAccount Provider(int number, string name, decimal cost = 1, bool enabled = true, string channel = "sms", string? region = null) =>
        new(number, name, new ProviderSettings { Kind = "loopback", Region = region, Channels = [channel], Cost = cost, Enabled = enabled });
}
