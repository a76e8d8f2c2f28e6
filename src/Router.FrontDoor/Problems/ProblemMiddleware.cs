using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Problems;

/// <summary>
/// Around every request: an exception becomes 500 without its inside (logged with the route's template, never the URL, which may hold an address), storage that cannot answer
/// 503, a body that Kestrel refuses and an empty 4xx of the routing become problem details. What is logged has the id that the answer shows. A connection that ended is nothing to log,
/// and may be known by its exception before <see cref="HttpContext.RequestAborted"/> says so.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException gone) when (gone is ConnectionAbortedException || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException refused)
        {
            await TellAsync(context, OfStatus(context, refused.StatusCode) ?? KnownProblems.MalformedRequest);
            return;
        }
        catch (JournalUnavailableException fault)
        {
            // An IOException too, but not one of the connection: so it stands before that. Its message is made for operators and is free of content.
            LogUnavailable(log, context.Request.Method, Template(context), context.TraceIdentifier, fault.Message);
            await TellAsync(context, KnownProblems.StorageUnavailable with { RequestId = context.TraceIdentifier });
            return;
        }
        catch (IOException gone) when (gone is ConnectionResetException || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (AdministrationUnavailableException)
        {
            await TellAsync(context, KnownProblems.NotKept);
            return;
        }
#pragma warning disable CA1031 // The edge of the process: whatever a request throws ends that request alone, and is logged.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Types and stack only: a message may quote what the client sent.
            LogFault(log, context.Request.Method, Template(context), context.TraceIdentifier, FaultTypes.Of(fault), fault.StackTrace);
            await TellAsync(context, KnownProblems.Internal with { RequestId = context.TraceIdentifier });
            return;
        }

        HttpResponse response = context.Response;
        if (!response.HasStarted && response.StatusCode >= 400 && response.ContentType is null && OfStatus(context, response.StatusCode) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
        }
    }

    private static Task TellAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Clear();
        return ProblemResponse.WriteAsync(context, problem);
    }

    private static Problem? OfStatus(HttpContext context, int status) => status switch
    {
        400 => KnownProblems.MalformedRequest,
        404 => KnownProblems.NoSuchPath,
        405 => KnownProblems.MethodNotAllowed(context.Response.Headers.Allow.ToString()),
        408 => new Problem(408, "request_timeout", "The body came too slowly."),
        413 => KnownProblems.BodyTooLarge(context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize),
        415 => MediaTypes.Refusal(context.Request, MediaTypes.Json),
        _ => null,
    };

    private static string Template(HttpContext context) =>
        (context.GetEndpoint() as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed, request {RequestId}: {Fault}\n{Stack}")]
    private static partial void LogFault(ILogger log, string method, string route, string requestId, string fault, string? stack);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Route} could not be answered, request {RequestId}: {Because}")]
    private static partial void LogUnavailable(ILogger log, string method, string route, string requestId, string because);
}
