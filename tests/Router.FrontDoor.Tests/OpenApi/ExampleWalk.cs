using System.Text.Json.Nodes;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.OpenApi;

/// <summary>Sends operations of the description as a reader would: with its examples, and with things that exist where a path asks for an id.</summary>
internal sealed class ExampleWalk(TestDoor door)
{
    public async Task<Answer> SendAsync(ApiOperation operation, string? mediaType, JsonNode? body)
    {
        string path = operation.Path;
        foreach (JsonObject parameter in operation.Parameters.Where(static p => p["in"]!.GetValue<string>() == "path"))
        {
            string name = parameter["name"]!.GetValue<string>();
            string value = parameter["example"]?.GetValue<string>() ?? await MakeAsync(operation, name);
            path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
        }

        if (operation.Path.EndsWith("/redeliver", StringComparison.Ordinal))
        {
            await door.PostAsync();
            body = new JsonObject { ["event"] = door.LastEventId(1) };
        }

        string query = string.Join('&', operation.Parameters
            .Where(static p => p["in"]!.GetValue<string>() == "query" && p["required"]?.GetValue<bool>() == true)
            .Select(static p => $"{p["name"]}={Uri.EscapeDataString(p["example"]!.GetValue<string>())}"));
        await PrepareAsync(operation);
        if (operation is { Method: "DELETE", Path: "/admin/tenants/{tenant}" })
        {
            // Not the tenant that all others are about.
            await door.SendAsync("PUT", path = "/admin/tenants/leaving", """{"name":"Leaving"}""", "operator");
        }

        string? role = operation.Path.StartsWith("/v1/", StringComparison.Ordinal) ? "owner" : operation.Path.StartsWith("/admin/", StringComparison.Ordinal) ? "operator" : null;
        string? text = body is null ? null : mediaType == "application/json" ? body.ToJsonString() : body.GetValue<string>();
        return await door.SendAsync(operation.Method, query.Length == 0 ? path : $"{path}?{query}", text, role, mediaType ?? "application/json");
    }

    // What must be there before: a reader's first steps.
    private async Task PrepareAsync(ApiOperation operation)
    {
        if (operation.Path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"Your code is {{ code }}."}""");
        }

        if (operation.Path.StartsWith("/admin/", StringComparison.Ordinal))
        {
            await door.SendAsync("PUT", "/admin/providers/demo", """{"kind":"loopback","channels":["sms"]}""", "operator");
        }

        if (operation.Path.EndsWith("/credit", StringComparison.Ordinal))
        {
            await door.SendAsync("PUT", "/admin/tenants/acme", """{"name":"Acme","balance":1}""", "operator");
        }
    }

    private async Task<string> MakeAsync(ApiOperation operation, string parameter) => (operation.Path, parameter) switch
    {
        ("/v1/messages/{id}", "id") => await door.PostAsync(),
        ("/admin/tenants/{tenant}/keys/{id}", "id") => (await door.SendAsync("POST", "/admin/tenants/acme/keys", """{"role":"agent"}""", "operator")).Json.GetProperty("id").GetString()!,
        _ when operation.Path.StartsWith("/v1/conversations/", StringComparison.Ordinal) =>
            (await door.SendAsync("POST", "/v1/messages", TestDoor.Body())).Json.GetProperty("conversation").GetString()!,
        ("/v1/keys/{id}", "id") => (await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""")).Json.GetProperty("id").GetString()!,
        ("/admin/keys/{id}", "id") => (await door.SendAsync("POST", "/admin/keys", """{"role":"support"}""", "operator")).Json.GetProperty("id").GetString()!,
        (_, "name") => await MakeWebhookAsync(),
        _ => throw new InvalidOperationException($"{operation}: say in {nameof(ExampleWalk)} how to make a '{parameter}', or give the parameter an example"),
    };

    private async Task<string> MakeWebhookAsync()
    {
        await door.SendAsync("PUT", "/v1/webhooks/orders", """{"url":"https://hooks.example.com/","events":["*"],"enabled":false}""");
        return "orders";
    }
}
