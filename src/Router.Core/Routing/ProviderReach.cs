using Router.Core.Tenants;

namespace Router.Core.Routing;

/// <summary>Whom a provider concerns. Cold.</summary>
public static class ProviderReach
{
    /// <summary>Numbers of the tenants that a route can lead to <paramref name="provider"/>.</summary>
    public static IReadOnlyCollection<int> TenantsOf(Configuration configuration, int provider)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        HashSet<int> tenants = [];
        if (configuration.FindProvider(provider) is not { } account)
        {
            return tenants;
        }

        foreach (RouteSettings route in configuration.RouteSettings)
        {
            if (!route.Providers.Contains(account.Name, StringComparer.Ordinal))
            {
                continue;
            }

            if (route.Tenant is null)
            {
                return [.. configuration.Tenants.Select(static t => t.Number)];
            }

            if (configuration.FindTenant(route.Tenant) is { } tenant)
            {
                tenants.Add(tenant.Number);
            }
        }

        return tenants;
    }
}
