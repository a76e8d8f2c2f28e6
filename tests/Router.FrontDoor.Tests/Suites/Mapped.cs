using Microsoft.AspNetCore.Routing;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.Suites;

/// <summary>All endpoints, from the routes themselves.</summary>
internal static class Mapped
{
    private static readonly IReadOnlyList<RouteEndpoint> Routes = Task.Run(static async () =>
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        return door.Routes;
    }).GetAwaiter().GetResult();

    /// <summary>What was mapped with a permission, as <c>METHOD template</c>.</summary>
    public static IReadOnlyDictionary<string, EndpointRule> Guarded { get; } =
        Routes.Select(static r => r.Metadata.GetMetadata<EndpointRule>()).OfType<EndpointRule>().ToDictionary(static r => $"{r.Method} {r.Pattern}");

    /// <summary>Templates that are mapped past <see cref="Access.Endpoints"/>.</summary>
    public static IReadOnlyList<string> Open { get; } = [.. Routes.Where(static r => r.Metadata.GetMetadata<EndpointRule>() is null).Select(static r => r.RoutePattern.RawText!)];
}
