using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Audit;
using Router.Engine.Journal;
using Router.FrontDoor.Access;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Audit;

/// <summary>
/// Runs the handlers of changes and writes their line in the log of changes (R6.3): the answer is held back until the line is kept, so that nobody is told of a change that no line
/// tells. A request that is refused (4xx) has changed nothing and leaves none; one that fails otherwise, or whose client goes, leaves one that says so. Cold.
/// </summary>
/// <remarks>
/// A process that dies between the change and its line leaves a change without one, of which nobody was told. Refused: a line before the change, which would tell of changes that
/// were refused, and need a second to take it back; one transaction with the change, because changes are kept by grains, by shards and by the catalog, each in its own way.
/// </remarks>
internal sealed partial class ChangeAudit(IAuditLog log, IAdministration administration, TimeProvider time, ILogger<ChangeAudit> logger)
{
    /// <summary>Whether an endpoint changes something of which a line is kept: everything that is not read, but for messages, which the journal itself tells of.</summary>
    internal static bool IsChange(EndpointRule rule) => rule.Method != "GET" && rule.Permission != Permission.TenantSend;

    /// <summary>Runs <paramref name="handler"/>; its answer leaves once the line is kept.</summary>
    internal async Task RunAsync(HttpContext context, Caller caller, EndpointRule rule, Func<HttpContext, Caller, Task> handler)
    {
        var change = new AuditedChange();
        context.Features.Set(change);
        IHttpResponseBodyFeature answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        (int number, string name) = TenantOf(context, caller);

        // As large as the largest answer of a change, the routes': 2 MiB.
        using var held = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(held, answer));
        try
        {
            await handler(context, caller);
            await context.Response.CompleteAsync();
        }
        catch (BadHttpRequestException)
        {
            // The body could not be read, too large or cut off: nothing was changed yet.
            context.Features.Set(answer);
            throw;
        }
        catch (Exception)
        {
            context.Features.Set(answer);
            await KeepUnknownAsync(context, caller, rule, change, number, name);
            throw;
        }

        context.Features.Set(answer);
        if (context.Response.StatusCode is >= 400 and < 500)
        {
            await AnswerAsync(context, held);
            return;
        }

        AuditResult result = context.Response.StatusCode < 400 ? AuditResult.Done : AuditResult.Unknown;
        try
        {
            await log.AppendAsync(EntryOf(context, caller, rule, change, number, name, result));
        }
        catch (JournalUnavailableException fault)
        {
            LogNotKept(logger, context.Request.Method, rule.Pattern, context.TraceIdentifier, fault.Message);
            context.Response.Clear();
            await ProblemResponse.WriteAsync(context, KnownProblems.StorageUnavailable with { RequestId = context.TraceIdentifier });
            return;
        }

        await AnswerAsync(context, held);
    }

    private static async Task AnswerAsync(HttpContext context, MemoryStream held)
    {
        if (held.Length > 0)
        {
            context.Response.ContentLength = held.Length;
            await context.Response.BodyWriter.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), context.RequestAborted);
        }
    }

    // The change is what failed: that is what the caller hears. A line that cannot be kept is told to the operator.
    private async Task KeepUnknownAsync(HttpContext context, Caller caller, EndpointRule rule, AuditedChange change, int number, string name)
    {
        try
        {
            await log.AppendAsync(EntryOf(context, caller, rule, change, number, name, AuditResult.Unknown));
        }
        catch (JournalUnavailableException fault)
        {
            LogNotKept(logger, context.Request.Method, rule.Pattern, context.TraceIdentifier, fault.Message);
        }
    }

    private AuditEntry EntryOf(HttpContext context, Caller caller, EndpointRule rule, AuditedChange change, int number, string name, AuditResult result)
    {
        string thing = change.Object ?? ThingOf(context);
        return new AuditEntry
        {
            AtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Actor = caller.Key.Id,
            Role = caller.Role,
            Action = ActionOf(rule),

            // A tenant that is made now has its number only now.
            Tenant = number != 0 || name.Length == 0 ? number : administration.Current.FindTenant(name)?.Number ?? 0,
            TenantName = name,
            Object = thing.Length <= AuditedChange.ObjectMax ? thing : thing[..AuditedChange.ObjectMax],
            From = FromOf(context),
            Result = result,
        };
    }

    /// <summary>The path's words and the method: <c>PUT /admin/tenants/{tenant}</c> is <c>tenants.put</c>.</summary>
    internal static string ActionOf(EndpointRule rule) =>
        string.Join('.', rule.Pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(1).Where(static p => p[0] != '{').Append(rule.Method.ToLowerInvariant()));

    private (int Number, string Name) TenantOf(HttpContext context, Caller caller)
    {
        if (caller.Tenant is { } own)
        {
            return (own.Number, own.Name);
        }

        string? name = context.Request.RouteValues["tenant"] as string ?? context.Request.Query["tenant"];
        return name is null || !SettingsNames.IsName(name) ? (0, "") : (administration.Current.FindTenant(name)?.Number ?? 0, name);
    }

    // The route's and the query's values; a tenant has its own place and an address none.
    private static string ThingOf(HttpContext context)
    {
        IEnumerable<string> path = context.Request.RouteValues.Where(static v => v.Key is not ("tenant" or "address")).Select(static v => (string)v.Value!);
        IEnumerable<string> query = context.Request.Query.Where(static v => v.Key is not ("tenant" or "address")).Select(static v => $"{v.Key}={v.Value}");
        return string.Join('/', path.Concat(query));
    }

    private static string FromOf(HttpContext context) => context.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : "";

    [LoggerMessage(1, LogLevel.Error, "{Method} {Route}, request {RequestId}: what it may have changed has no line in the audit log: {Because}")]
    private static partial void LogNotKept(ILogger logger, string method, string route, string requestId, string because);
}
