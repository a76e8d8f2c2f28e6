using Router.Core.Routing;
using Router.Core.Tenants;

namespace Router.Core.Tests.Routing;

public sealed class ProviderReachTests
{
    [Fact]
    public void Those_are_concerned_whom_a_route_can_lead_there()
    {
        Assert.Empty(TenantsOf(7));
        Assert.Empty(TenantsOf(7, new RouteSettings { Channel = "sms", Providers = ["y"] }));
        Assert.Equal([2], TenantsOf(7, new RouteSettings { Channel = "sms", Tenant = "b", Providers = ["y", "x"] }));
        Assert.Equal([1, 2, 3], TenantsOf(7, new RouteSettings { Channel = "sms", Tenant = "b", Providers = ["x"] }, new RouteSettings { Channel = "sms", Providers = ["x"] }).Order());
        Assert.Empty(TenantsOf(9, new RouteSettings { Channel = "sms", Providers = ["x"] }));
    }

    private static IReadOnlyCollection<int> TenantsOf(int provider, params RouteSettings[] routes) => ProviderReach.TenantsOf(
        new Configuration(
            1,
            [new Tenant(1, "a", new TenantSettings { Name = "A" }), new Tenant(2, "b", new TenantSettings { Name = "B" }), new Tenant(3, "c", new TenantSettings { Name = "C" })],
            [new ProviderAccount(7, "x", new ProviderSettings { Kind = "k", Channels = ["sms"] }), new ProviderAccount(8, "y", new ProviderSettings { Kind = "k", Channels = ["sms"] })],
            routes, []),
        provider);
}
