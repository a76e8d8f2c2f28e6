using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Router.Core.Tenants;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Access;

/// <summary>Maps endpoints so that none can be reached without its permission: the check is part of mapping.</summary>
internal sealed class Doors(IEndpointRouteBuilder routes, Doorkeeper doorkeeper)
{
    /// <summary>Maps an endpoint of a tenant; the handler gets the caller's tenant.</summary>
    internal void Map(string method, string pattern, Permission permission, Func<HttpContext, Tenant, Task> handler) =>
        routes.MapMethods(pattern, [method], context => doorkeeper.Admit(context, permission, out Tenant? tenant) is { } problem
            ? ProblemResponse.WriteAsync(context, problem)
            : handler(context, tenant!));

    /// <summary>Maps an endpoint of the operator.</summary>
    internal void Map(string method, string pattern, Permission permission, RequestDelegate handler) =>
        routes.MapMethods(pattern, [method], context => doorkeeper.Admit(context, permission, out _) is { } problem
            ? ProblemResponse.WriteAsync(context, problem)
            : handler(context));
}
