using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Health;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it may take traffic, else 503 with the reason (DESIGN §6). Both need no key.</summary>
internal sealed class HealthEndpoints(IAdministration administration, IHostApplicationLifetime lifetime)
{
    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", ["GET"], static context => AnswerAsync(context, null));
        routes.MapMethods("/readyz", ["GET"], context => AnswerAsync(context, WhyNot()));
    }

    private string? WhyNot() => lifetime.ApplicationStopping.IsCancellationRequested ? "stopping" : administration.NotReadyBecause;

    private static Task AnswerAsync(HttpContext context, string? because)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, because is null ? 200 : 503, because, static (json, reason) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, reason is null ? "ok" : "unavailable");
            if (reason is not null)
            {
                json.WriteString("reason"u8, reason);
            }

            json.WriteEndObject();
        });
    }
}
