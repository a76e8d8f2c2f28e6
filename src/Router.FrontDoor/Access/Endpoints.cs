using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Router.Core.Tenants;
using Router.FrontDoor.Access.Tokens;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.FrontDoor.Traces;

namespace Router.FrontDoor.Access;

/// <summary>
/// Maps endpoints so that none can be reached without its permission, or with a query parameter that it does not know, and so that none changes anything without a line in the log of
/// changes: all of that is part of mapping. Each carries its <see cref="EndpointRule"/>, by which the suites of the tests find all of them.
/// </summary>
internal sealed class Endpoints(IEndpointRouteBuilder routes, Doorkeeper doorkeeper, TokenDesk? tokens, ChangeAudit audit)
{
    /// <summary>Maps an endpoint of a tenant; the handler gets the caller's tenant. Query parameters other than <paramref name="parameters"/> are refused.</summary>
    internal void Map(string method, string pattern, Permission permission, Func<HttpContext, Tenant, Task> handler, params string[] parameters) =>
        Add(new EndpointRule(method, pattern, permission, parameters), (context, caller) => handler(context, caller.Tenant!));

    /// <summary>Maps an endpoint of a tenant or the operator; the handler gets the caller, who for a tenant's permission has a tenant.</summary>
    internal void Map(string method, string pattern, Permission permission, Func<HttpContext, Caller, Task> handler, params string[] parameters) =>
        Add(new EndpointRule(method, pattern, permission, parameters), handler);

    /// <summary>Maps an endpoint of the operator. Query parameters other than <paramref name="parameters"/> are refused.</summary>
    internal void Map(string method, string pattern, Permission permission, RequestDelegate handler, params string[] parameters) =>
        Add(new EndpointRule(method, pattern, permission, parameters), (context, _) => handler(context));

    private void Add(EndpointRule rule, Func<HttpContext, Caller, Task> handler)
    {
        Func<HttpContext, Caller, Task> run = ChangeAudit.IsChange(rule) ? (context, caller) => audit.RunAsync(context, caller, rule, handler) : handler;
        RequestDelegate answer = context => Refusal(context, rule, out Caller caller) is not { } problem ? run(context, caller)
            : problem.Status == 401 && tokens is not null && TokenDesk.HasToken(context) ? RunByTokenAsync(context, rule, run)
            : ProblemResponse.WriteAsync(context, problem);
        string name = $"{rule.Method} {rule.Pattern}";
        routes.MapMethods(rule.Pattern, [rule.Method], context => RequestTraces.IsHeard ? RequestTraces.RunAsync(context, rule, name, answer) : answer(context)).WithMetadata(rule);
    }

    private async Task RunByTokenAsync(HttpContext context, EndpointRule rule, Func<HttpContext, Caller, Task> run)
    {
        Caller caller = default;
        Problem? problem = await tokens!.AdmitAsync(context) ?? Refusal(context, rule, out caller);
        await (problem is null ? run(context, caller) : ProblemResponse.WriteAsync(context, problem));
    }

    // Without a query, as nearly always, nothing of it is read: the hot path stays at 0 B.
    private Problem? Refusal(HttpContext context, EndpointRule rule, out Caller caller) =>
        doorkeeper.Admit(context, rule.Permission, out caller)
        ?? (context.Request.QueryString.HasValue ? QueryFields.RefuseUnknown(context.Request.Query, rule.Parameters) : null);
}
