using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Health;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: it may take traffic, else 503 with the reason (DESIGN §6); what is wrong although it may are its <c>troubles</c>. Both need no key,
/// so they name nobody.
/// </summary>
internal sealed class HealthEndpoints(IAdministration administration, FrontDoorCounts counts, SlowClients slow, IEnumerable<ITroubled> others, IHostApplicationLifetime lifetime)
{
    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", ["GET"], static context => AnswerAsync(context, null, []));
        routes.MapMethods("/readyz", ["GET"], context => AnswerAsync(context, WhyNot(), Troubles()));
    }

    private string? WhyNot() => lifetime.ApplicationStopping.IsCancellationRequested ? "stopping" : administration.NotReadyBecause;

    private List<string> Troubles()
    {
        List<string> all = [.. administration.Troubles];
        if (Volatile.Read(ref counts.WebhooksFailing) is > 0 and long failing)
        {
            all.Add(string.Create(CultureInfo.InvariantCulture, $"{failing} webhooks take no events"));
        }

        if (slow.Trouble is { } cutOff)
        {
            all.Add(cutOff);
        }

        all.AddRange(others.Select(static o => o.Trouble).OfType<string>());
        return all;
    }

    private static Task AnswerAsync(HttpContext context, string? because, List<string> troubles)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, because is null ? 200 : 503, (because, troubles), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, state.because is null ? "ok" : "unavailable");
            if (state.because is not null)
            {
                json.WriteString("reason"u8, state.because);
            }

            if (state.troubles.Count > 0)
            {
                json.WriteStartArray("troubles"u8);
                foreach (string trouble in state.troubles)
                {
                    json.WriteStringValue(trouble);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }
}
