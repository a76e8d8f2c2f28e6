using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Router.FrontDoor.Json;
using Scalar.AspNetCore;

namespace Router.FrontDoor.OpenApi;

/// <summary><c>GET /openapi/v1.json</c> and <c>/docs</c>, the same for people (Scalar): both without a key, because they say nothing of anybody.</summary>
internal static class DocumentEndpoints
{
    private const string DocumentPath = "/openapi/v1.json";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(DocumentPath, ["GET"], AnswerAsync);

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

    private static Task AnswerAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = OpenApiDocument.Utf8.Length;
        response.Headers.CacheControl = "no-cache";
        return response.BodyWriter.WriteAsync(OpenApiDocument.Utf8, context.RequestAborted).AsTask();
    }
}
