using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Router.FrontDoor.AsyncApi;
using Router.FrontDoor.Json;
using Scalar.AspNetCore;

namespace Router.FrontDoor.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>, <c>GET /asyncapi/v1.json</c> (topics) and <c>/docs</c>, the first for people (Scalar): all without a key, because they say nothing of anybody.</summary>
internal static class DocumentEndpoints
{
    private const string DocumentPath = "/openapi/v1.json";
    private const string TopicsPath = "/asyncapi/v1.json";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(DocumentPath, ["GET"], static context => AnswerAsync(context, OpenApiDocument.Utf8));
        routes.MapMethods(TopicsPath, ["GET"], static context => AnswerAsync(context, AsyncApiDocument.Utf8));

        // Everything comes from this server: no fonts, telemetry, agent or client from elsewhere.
        routes.MapScalarApiReference("/docs", static options =>
        {
            options.Title = "Router";
            options.OpenApiRoutePattern = DocumentPath;
            options.DefaultFonts = false;
            options.HideClientButton = true;
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            options.DisableAgent();
            options.DisableTelemetry();
        });
    }

    private static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> document)
    {
        HttpResponse response = context.Response;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = document.Length;
        response.Headers.CacheControl = "no-cache";
        await response.BodyWriter.WriteAsync(document, context.RequestAborted);
    }
}
