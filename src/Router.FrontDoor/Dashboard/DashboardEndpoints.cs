using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Router.Engine.Sealing;
using Router.FrontDoor.Access;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Dashboard;

/// <summary><c>/dashboard</c>: the SRE's page and its sign-in. The page itself says nothing of anybody and needs no key; what it shows comes from <c>/admin/live</c>.</summary>
internal sealed class DashboardEndpoints(Doorkeeper doorkeeper, IKeyedHash hash, TimeProvider time)
{
    internal void Map(IEndpointRouteBuilder routes)
    {
        MapFile(routes, "/dashboard", "index.html", "text/html; charset=utf-8");
        MapFile(routes, "/dashboard/page.css", "page.css", "text/css; charset=utf-8");
        MapFile(routes, "/dashboard/page.js", "page.js", "text/javascript; charset=utf-8");
        routes.MapMethods("/dashboard/session", ["GET"], LookAsync);
        routes.MapMethods("/dashboard/session", ["POST"], BeginAsync);
        routes.MapMethods("/dashboard/session", ["DELETE"], EndAsync);
    }

    private static void MapFile(IEndpointRouteBuilder routes, string path, string file, string type)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Router.FrontDoor.Dashboard.{file}")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"";
        routes.MapMethods(path, ["GET"], context => AnswerAsync(context, bytes, tag, type));
    }

    private static Task AnswerAsync(HttpContext context, byte[] bytes, string tag, string type)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = type;
        response.ContentLength = bytes.Length;
        return response.BodyWriter.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private Task LookAsync(HttpContext context) => AnswerAsync(context, doorkeeper.Admit(context, Permission.OperatorRead, out _));

    private Task BeginAsync(HttpContext context)
    {
        Problem? problem = doorkeeper.Admit(context, Permission.OperatorRead, out Caller caller);
        if (problem is null)
        {
            DashboardSession.Begin(context, caller.Key, hash, time.GetUtcNow());
        }

        return AnswerAsync(context, problem);
    }

    private static Task EndAsync(HttpContext context)
    {
        DashboardSession.End(context);
        return AnswerAsync(context, null);
    }

    private static Task AnswerAsync(HttpContext context, Problem? problem)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (problem is not null)
        {
            return ProblemResponse.WriteAsync(context, problem);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
