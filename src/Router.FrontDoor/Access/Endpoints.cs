using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Router.Core.Tenants;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Access;

/// <summary>Maps endpoints so that none can be reached without its permission, or with a query parameter that it does not know: the checks are part of mapping.</summary>
internal sealed class Endpoints(IEndpointRouteBuilder routes, Doorkeeper doorkeeper)
{
    /// <summary>Maps an endpoint of a tenant; the handler gets the caller's tenant. Query parameters other than <paramref name="parameters"/> are refused.</summary>
    internal void Map(string method, string pattern, Permission permission, Func<HttpContext, Tenant, Task> handler, params string[] parameters) =>
        routes.MapMethods(pattern, [method], context => Refusal(context, permission, parameters, out Tenant? tenant) is { } problem
            ? ProblemResponse.WriteAsync(context, problem)
            : handler(context, tenant!)).WithMetadata(new QueryParameters(parameters));

    /// <summary>Maps an endpoint of the operator. Query parameters other than <paramref name="parameters"/> are refused.</summary>
    internal void Map(string method, string pattern, Permission permission, RequestDelegate handler, params string[] parameters) =>
        routes.MapMethods(pattern, [method], context => Refusal(context, permission, parameters, out _) is { } problem
            ? ProblemResponse.WriteAsync(context, problem)
            : handler(context)).WithMetadata(new QueryParameters(parameters));

    // Without a query, as nearly always, nothing of it is read: the hot path stays at 0 B.
    private Problem? Refusal(HttpContext context, Permission permission, string[] parameters, out Tenant? tenant) =>
        doorkeeper.Admit(context, permission, out tenant)
        ?? (context.Request.QueryString.HasValue ? QueryFields.RefuseUnknown(context.Request.Query, parameters) : null);
}
