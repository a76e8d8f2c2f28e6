using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Routing;
using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/routes</c>: which provider carries what (DESIGN §6). Cold.</summary>
internal sealed class RouteEndpoints(IAdministration administration)
{
    private const int RoutesMax = 10_000;

    // 10,000 routes of 200 bytes.
    private const int BodyBytesMax = 2 * 1024 * 1024;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("PUT", "/admin/routes", Permission.OperatorManage, PutAsync);
        endpoints.Map("GET", "/admin/routes", Permission.OperatorRead, GetAsync);
    }

    private async Task PutAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, Read) is not { } routes)
        {
            return;
        }

        if (Check(routes) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        await administration.PutRoutesAsync(routes, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, 200, routes, Write);
    }

    private Task GetAsync(HttpContext context) => JsonAnswer.WriteAsync(context, 200, administration.Current.RouteSettings, Write);

    private Problem? Check(IReadOnlyList<RouteSettings> routes)
    {
        if (routes.Count > RoutesMax)
        {
            return KnownProblems.InvalidValue("routes", $"has {routes.Count} items: at most {RoutesMax}");
        }

        return RouteValidation.Check(routes, administration.Current) is [var fault, ..] ? KnownProblems.Of(fault) : null;
    }

    private static IReadOnlyList<RouteSettings>? Read(JsonFields fields) => fields.Require("routes", fields.Objects("routes", static route => new RouteSettings
    {
        Channel = route.RequiredText("channel"),
        Prefix = route.Text("prefix"),
        Tenant = route.Text("tenant"),
        Sender = route.Text("sender"),
        Purpose = route.Text("purpose"),
        Region = route.Text("region"),
        Providers = route.Require("providers", route.Texts("providers")) ?? [],
    }));

    private static void Write(Utf8JsonWriter json, IReadOnlyList<RouteSettings> routes)
    {
        json.WriteStartObject();
        json.WriteStartArray("routes"u8);
        foreach (RouteSettings route in routes)
        {
            json.WriteStartObject();
            json.WriteString("channel"u8, route.Channel);
            WriteOptional(json, "prefix", route.Prefix);
            WriteOptional(json, "tenant", route.Tenant);
            WriteOptional(json, "sender", route.Sender);
            WriteOptional(json, "purpose", route.Purpose);
            WriteOptional(json, "region", route.Region);
            json.WriteStartArray("providers"u8);
            foreach (string provider in route.Providers)
            {
                json.WriteStringValue(provider);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
