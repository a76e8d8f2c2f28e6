using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Router.Grains.Administration;

namespace Router.FrontDoor.Problems;

/// <summary>
/// Around every request: an exception becomes 500 without its inside (logged with the route's template, never the URL, which may hold an address), a body that Kestrel
/// refuses and an empty 4xx of the routing become problem details.
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
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException refused)
        {
            await TellAsync(context, OfStatus(refused.StatusCode) ?? KnownProblems.MalformedRequest);
            return;
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
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
            // The type and the stack only: a message may quote what the client sent.
            LogFault(log, context.Request.Method, Template(context), fault.GetType().FullName, fault.StackTrace);
            await TellAsync(context, KnownProblems.Internal);
            return;
        }

        HttpResponse response = context.Response;
        if (!response.HasStarted && response.StatusCode >= 400 && response.ContentType is null && OfStatus(response.StatusCode) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
        }
    }

    private static Task TellAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Clear();
        return ProblemResponse.WriteAsync(context, problem);
    }

    private static Problem? OfStatus(int status) => status switch
    {
        400 => KnownProblems.MalformedRequest,
        404 => KnownProblems.NotFound,
        405 => KnownProblems.MethodNotAllowed,
        408 => new Problem(408, "request_timeout", "The body came too slowly."),
        413 => KnownProblems.BodyTooLarge,
        415 => KnownProblems.JsonOnly,
        _ => null,
    };

    private static string Template(HttpContext context) =>
        (context.GetEndpoint() as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed: {Fault}\n{Stack}")]
    private static partial void LogFault(ILogger log, string method, string route, string? fault, string? stack);
}
