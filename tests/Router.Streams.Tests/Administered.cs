using System.Reflection;
using Router.Core.Tenants;
using Router.Grains.Administration;

namespace Router.Streams.Tests;

/// <summary>Knows two tenants, of which the first has a topic of events of its own; nothing else is asked.</summary>
public class Administered : DispatchProxy
{
    private static readonly Configuration Two =
        new(1, [new Tenant(1, "acme", new TenantSettings { Name = "Acme", EventsToKafka = true }), new Tenant(2, "bert", new TenantSettings { Name = "Bert" })], [], [], []);

    /// <summary>One.</summary>
    internal static IAdministration Make() => Create<IAdministration, Administered>();

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == "get_Current" ? Two : throw new NotSupportedException();
}
