using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.FrontDoor.Access;
using Router.FrontDoor.Events;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <summary><c>/v1/webhooks</c> (DESIGN §6): a tenant's webhooks, and what can be done with them. Cold.</summary>
internal sealed class WebhookEndpoints(IWebhooks webhooks, IAdministration administration, IJournal journal, IKeyedHash hash, EventFinder finder, FrontDoorOptions options)
{
    private const int BodyBytesMax = 16 * 1024;
    private static readonly Problem TooMany = new(
        409, "too_many_webhooks", $"A tenant has at most {WebhookRules.TenantMax} webhooks: remove one first, or give one more events.");

    private static readonly Problem TestUnderWay = new(409, "test_under_way", "Another test of this webhook waits for its answer; try again when it is over.");

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/v1/webhooks", Permission.TenantReadSettings, ListAsync);
        endpoints.Map("GET", "/v1/webhooks/{name}", Permission.TenantReadSettings, GetAsync);
        endpoints.Map("PUT", "/v1/webhooks/{name}", Permission.TenantManage, PutAsync);
        endpoints.Map("DELETE", "/v1/webhooks/{name}", Permission.TenantManage, RemoveAsync);
        endpoints.Map("POST", "/v1/webhooks/{name}/rotate", Permission.TenantManage, RotateAsync);
        endpoints.Map("POST", "/v1/webhooks/{name}/test", Permission.TenantManage, TestAsync);
        endpoints.Map("POST", "/v1/webhooks/{name}/redeliver", Permission.TenantManage, RedeliverAsync);
    }

    private async Task ListAsync(HttpContext context, Tenant tenant) =>
        await JsonAnswer.WriteListAsync(context, await webhooks.ListAsync(tenant.Number, context.RequestAborted), static (json, one) => WebhookJson.Write(json, one));

    private async Task GetAsync(HttpContext context, Tenant tenant) =>
        await AnswerAsync(context, await webhooks.FindAsync(tenant.Number, Name(context), context.RequestAborted));

    private async Task PutAsync(HttpContext context, Tenant tenant)
    {
        string name = Name(context);
        if (!SettingsNames.IsName(name))
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidName("name"));
            return;
        }

        if (await JsonBody.ReadAsync(context, BodyBytesMax, Read) is not { } settings)
        {
            return;
        }

        if (WebhookRules.Check(settings, options.AllowPrivateNetworks) is { } fault)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.Of(fault));
            return;
        }

        WebhookView? kept = await webhooks.PutAsync(tenant.Number, name, settings, context.RequestAborted);
        await (kept is not null ? AnswerAsync(context, kept)
            : ProblemResponse.WriteAsync(context, administration.Current.IsClosed(tenant.Number) ? KnownProblems.Unauthorized : TooMany));
    }

    private async Task RemoveAsync(HttpContext context, Tenant tenant)
    {
        if (await webhooks.RemoveAsync(tenant.Number, Name(context), context.RequestAborted))
        {
            context.Response.StatusCode = 204;
            return;
        }

        await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
    }

    private async Task RotateAsync(HttpContext context, Tenant tenant) =>
        await AnswerAsync(context, await webhooks.RotateAsync(tenant.Number, Name(context), context.RequestAborted));

    private async Task TestAsync(HttpContext context, Tenant tenant)
    {
        WebhookAnswer? answer = await webhooks.TestAsync(tenant.Number, Name(context), context.RequestAborted);
        await (answer switch
        {
            null => ProblemResponse.WriteAsync(context, KnownProblems.NotFound),
            { Fault: WebhookFaults.Busy } => ProblemResponse.WriteAsync(context, TestUnderWay),
            { } said => JsonAnswer.WriteAsync(context, 200, said, WebhookJson.Write),
        });
    }

    private async Task RedeliverAsync(HttpContext context, Tenant tenant)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, ReadRedelivery) is not { } asked)
        {
            return;
        }

        if (await webhooks.FindAsync(tenant.Number, Name(context), context.RequestAborted) is null)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        if (Find(tenant.Number, asked, context.RequestAborted, out LogPosition after) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        bool found = await webhooks.RedeliverAsync(tenant.Number, Name(context), after, context.RequestAborted);
        await (found
            ? AnswerAsync(context, await webhooks.FindAsync(tenant.Number, Name(context), context.RequestAborted), 202)
            : ProblemResponse.WriteAsync(context, KnownProblems.NotFound));
    }

    private Problem? Find(int tenant, Redelivery asked, CancellationToken cancellationToken, out LogPosition after)
    {
        after = default;
        if (asked.Event is { } id)
        {
            if (finder.FindBefore(tenant, id, cancellationToken) is not { } before)
            {
                return KnownProblems.InvalidValue("event", "is not the id of an event of this tenant that is kept");
            }

            after = before;
            return null;
        }

        return !Cursor.TryReadLog(hash, tenant, asked.After, out after) ? KnownProblems.InvalidEventPosition with { Detail = "after is not a position that Router made for this tenant: give an id: of /v1/events.", Field = "after" }
            : after < journal.Events.Begin ? KnownProblems.CursorExpired
            : null;
    }

    private static Task AnswerAsync(HttpContext context, WebhookView? view, int status = 200)
    {
        if (view is null)
        {
            return ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
        }

        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, status, view, WebhookJson.Write);
    }

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static WebhookSettings Read(JsonFields fields) => new()
    {
        Url = fields.RequiredText("url"),
        Events = fields.Require("events", fields.Texts("events")) ?? [],
        Enabled = fields.Bool("enabled") ?? true,
    };

    private sealed record Redelivery(string? Event, string? After);

    private static Redelivery ReadRedelivery(JsonFields fields)
    {
        var asked = new Redelivery(fields.Text("event"), fields.Text("after"));
        if (asked is { Event: null, After: null })
        {
            fields.Refuse(KnownProblems.MissingField("event") with { Detail = "event or after is needed: the id of the first event, or the position before it." });
        }
        else if (asked is { Event: not null, After: not null })
        {
            fields.Refuse(KnownProblems.InvalidValue("after", "stands beside event: give one of them"));
        }

        return asked;
    }
}
