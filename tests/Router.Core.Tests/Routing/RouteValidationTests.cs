using Router.Core.Routing;
using Router.Core.Tenants;

namespace Router.Core.Tests.Routing;

public sealed class RouteValidationTests
{
    [Fact]
    public void Right_routes_have_no_fault() => Assert.Empty(RouteValidation.Check(
        [
            RouteTableTests.RouteOf(["a", "b"], prefix: "+39", tenant: "acme", sender: "ACME", purpose: "otp"),
            RouteTableTests.RouteOf(["a", "b", "c", "d", "e", "f", "g", "h"], prefix: "393331"),
            RouteTableTests.RouteOf(["off"]),
            RouteTableTests.RouteOf(["a"], region: "eu"),
        ],
        RouteTableTests.Config));

    public static TheoryData<string, RouteSettings, string> Wrong => new()
    {
        { "routes[0].channel", RouteTableTests.RouteOf(["a"], channel: "pigeon"), "'pigeon'" },
        { "routes[0].prefix", RouteTableTests.RouteOf(["a"], prefix: ""), "1 to 6" },
        { "routes[0].prefix", RouteTableTests.RouteOf(["a"], prefix: "+"), "'+'" },
        { "routes[0].prefix", RouteTableTests.RouteOf(["a"], prefix: "3933312"), "'3933312'" },
        { "routes[0].prefix", RouteTableTests.RouteOf(["a"], prefix: "39a"), "'39a'" },
        { "routes[0].prefix", RouteTableTests.RouteOf(["a"], prefix: "٣٩"), "digits" },
        { "routes[0].tenant", RouteTableTests.RouteOf(["a"], tenant: "nobody"), "'nobody'" },
        { "routes[0].sender", RouteTableTests.RouteOf(["a"], sender: ""), "sender" },
        { "routes[0].purpose", RouteTableTests.RouteOf(["a"], purpose: "fun"), "'fun'" },
        { "routes[0].region", RouteTableTests.RouteOf(["a"], region: "E U"), "'E U'" },
        { "routes[0].providers", RouteTableTests.RouteOf([]), "0 providers" },
        { "routes[0].providers", RouteTableTests.RouteOf(["a", "b", "c", "d", "e", "f", "g", "h", "i"]), "9 providers" },
        { "routes[0].providers[1]", RouteTableTests.RouteOf(["a", "gone"]), "'gone'" },
        { "routes[0].providers[1]", RouteTableTests.RouteOf(["a", "voice-only"]), "does not carry sms" },
        { "routes[0].providers[1]", RouteTableTests.RouteOf(["a", "a"]), "twice" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_route_is_named_by_field_and_value(string field, RouteSettings route, string detail)
    {
        RouteFault fault = Assert.Single(RouteValidation.Check([route], RouteTableTests.Config));
        Assert.Equal(field, fault.Field);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_routes_with_the_same_match_are_named()
    {
        RouteFault fault = Assert.Single(RouteValidation.Check(
            [RouteTableTests.RouteOf(["a"], prefix: "39"), RouteTableTests.RouteOf(["b"]), RouteTableTests.RouteOf(["b"], prefix: "+39")], RouteTableTests.Config));
        Assert.Equal("routes[2]", fault.Field);
        Assert.Contains("routes[0]", fault.Detail, StringComparison.Ordinal);
    }

    private static readonly string[] Purposes = ["otp", "transactional", "service", "marketing"];

    public static TheoryData<string, string?, RouteSettings[]> Unreachable => new()
    {
        { "all purposes", "routes[0]", [RouteTableTests.RouteOf(["a"], prefix: "39"), .. Purposes.Select(static p => RouteTableTests.RouteOf(["b"], prefix: "39", purpose: p))] },
        { "all but one purpose", null, [RouteTableTests.RouteOf(["a"], prefix: "39"), .. Purposes.Skip(1).Select(static p => RouteTableTests.RouteOf(["b"], prefix: "39", purpose: p))] },
        { "all digits", "routes[10]", [.. Digits("39"), RouteTableTests.RouteOf(["a"], prefix: "39")] },
        { "all digits but one", null, [.. Digits("39").Skip(1), RouteTableTests.RouteOf(["a"], prefix: "39")] },
        { "all first digits, of which none is 0", "routes[9]", [.. Digits("").Skip(1), RouteTableTests.RouteOf(["a"])] },
        { "all digits of a purpose", "routes[0]", [RouteTableTests.RouteOf(["a"], prefix: "39", purpose: "otp"), .. Digits("39", "otp")] },
        { "all digits of another purpose", null, [RouteTableTests.RouteOf(["a"], prefix: "39", purpose: "otp"), .. Digits("39", "service")] },
        { "digits two deep", "routes[0]", [RouteTableTests.RouteOf(["a"], prefix: "39"), .. Digits("39").Skip(1), .. Digits("390")] },
        { "of another tenant", null, [RouteTableTests.RouteOf(["a"], prefix: "39"), .. Digits("39").Select(static r => r with { Tenant = "acme" })] },
        { "of one sender", null, [RouteTableTests.RouteOf(["a"], prefix: "39"), .. Digits("39").Select(static r => r with { Sender = "s" })] },
        { "of the same tenant", "routes[0]", [RouteTableTests.RouteOf(["a"], prefix: "39", tenant: "acme"), .. Digits("39").Select(static r => r with { Tenant = "acme" })] },
        { "purposes here, digits there", "routes[0]", [RouteTableTests.RouteOf(["a"], prefix: "39"), .. Purposes.Skip(1).Select(static p => RouteTableTests.RouteOf(["b"], prefix: "39", purpose: p)), .. Digits("39", "otp")] },
    };

    [Theory]
    [MemberData(nameof(Unreachable))]
    public void A_route_that_more_specific_ones_take_all_of_is_named(string what, string? field, RouteSettings[] routes)
    {
        Assert.NotEmpty(what);
        Assert.Equal(field is null ? [] : [field], RouteValidation.Check(routes, RouteTableTests.Config).Select(static f => f.Field));
    }

    [Fact]
    public void A_prefix_on_a_channel_without_numbers_is_named()
    {
        var config = new Configuration(1, [], [new ProviderAccount(1, "mail", new ProviderSettings { Kind = "k", Channels = ["email"] })], [], []);
        Assert.Equal("routes[0].prefix", Assert.Single(RouteValidation.Check([RouteTableTests.RouteOf(["mail"], channel: "email", prefix: "39")], config)).Field);
    }

    [Fact]
    public void Ten_thousand_routes_that_cover_nearly_all_are_checked_in_no_time()
    {
        // A thousand prefixes of four digits and nine thousand of five: the worst for a search that goes where no route is.
        RouteSettings[] routes =
        [
            .. Enumerable.Range(1_000, 999).Select(static i => RouteTableTests.RouteOf(["a"], prefix: i.ToString(System.Globalization.CultureInfo.InvariantCulture))),
            .. Enumerable.Range(20_000, 9_000).Select(static i => RouteTableTests.RouteOf(["a"], prefix: i.ToString(System.Globalization.CultureInfo.InvariantCulture))),
            RouteTableTests.RouteOf(["a"], prefix: "1"),
        ];
        Assert.Empty(RouteValidation.Check(routes, RouteTableTests.Config));
    }

    private static IEnumerable<RouteSettings> Digits(string prefix, string? purpose = null) =>
        Enumerable.Range(0, 10).Select(digit => RouteTableTests.RouteOf(["a"], prefix: prefix + digit, purpose: purpose));

    [Fact]
    public void Lists_that_JSON_left_out_are_named_and_throw_nothing()
    {
        RouteFault fault = Assert.Single(RouteValidation.Check([RouteTableTests.RouteOf(null!)], RouteTableTests.Config));
        Assert.Equal("routes[0].providers", fault.Field);
        Assert.Single(RouteValidation.Check([RouteTableTests.RouteOf([null!])], RouteTableTests.Config));
    }

    [Fact]
    public void A_route_of_a_region_is_taken_from_by_routes_for_any_and_not_the_other_way_round()
    {
        string[] purposes = ["otp", "transactional", "service", "marketing"];
        RouteFault fault = Assert.Single(RouteValidation.Check(
            [RouteTableTests.RouteOf(["a"], region: "eu"), .. purposes.Select(static p => RouteTableTests.RouteOf(["a"], purpose: p))], RouteTableTests.Config));
        Assert.Equal("routes[0]", fault.Field);
        Assert.Empty(RouteValidation.Check(
            [RouteTableTests.RouteOf(["a"]), .. purposes.Select(static p => RouteTableTests.RouteOf(["a"], purpose: p, region: "eu"))], RouteTableTests.Config));
        Assert.Equal("routes[4]", Assert.Single(RouteValidation.Check(
            [.. purposes.Select(static p => RouteTableTests.RouteOf(["a"], purpose: p, region: "eu")), RouteTableTests.RouteOf(["a"], region: "eu")], RouteTableTests.Config)).Field);
        Assert.Empty(RouteValidation.Check(
            [.. purposes.Select(static p => RouteTableTests.RouteOf(["a"], purpose: p, region: "eu")), RouteTableTests.RouteOf(["a"], region: "us")], RouteTableTests.Config));
    }
}
