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

    [Fact]
    public void Lists_that_JSON_left_out_are_named_and_throw_nothing()
    {
        RouteFault fault = Assert.Single(RouteValidation.Check([RouteTableTests.RouteOf(null!)], RouteTableTests.Config));
        Assert.Equal("routes[0].providers", fault.Field);
        Assert.Single(RouteValidation.Check([RouteTableTests.RouteOf([null!])], RouteTableTests.Config));
    }
}
