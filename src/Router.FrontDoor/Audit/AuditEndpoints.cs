using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Audit;
using Router.Engine.Sealing;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Audit;

/// <summary><c>GET /admin/audit</c>, and <c>GET /v1/audit</c> for what concerns one tenant. Cold.</summary>
internal sealed class AuditEndpoints(IAuditLog log, IKeyedHash hash)
{

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/admin/audit", Permission.OperatorRead, context => ListAsync(context, null), "tenant", "actor", "action", "from", "to", "after", "limit");
        endpoints.Map("GET", "/v1/audit", Permission.TenantAudit, (HttpContext context, Tenant tenant) => ListAsync(context, tenant), "actor", "action", "from", "to", "after", "limit");
    }

    private async Task ListAsync(HttpContext context, Tenant? tenant)
    {
        if (Read(context.Request.Query, tenant, out AuditQuery query) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        AuditPage page = await log.ListAsync(query, context.RequestAborted);
        string? next = page.NextBefore == 0 ? null : Cursor.OfAudit(hash, tenant?.Number ?? 0, page.NextBefore);
        await JsonAnswer.WriteAsync(context, 200, (page.Items, next, ForTenant: tenant is not null), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (AuditEntry entry in answer.Items)
            {
                Write(json, entry, answer.ForTenant);
            }

            json.WriteEndArray();
            if (answer.next is not null)
            {
                json.WriteString("next"u8, answer.next);
            }

            json.WriteEndObject();
        });
    }

    private Problem? Read(IQueryCollection given, Tenant? tenant, out AuditQuery query)
    {
        query = new AuditQuery { Tenant = tenant?.Number };
        if (given["tenant"] is [{ } name])
        {
            if (!SettingsNames.IsName(name))
            {
                return KnownProblems.InvalidName("tenant");
            }

            query = query with { TenantName = name };
        }

        if (given["actor"] is [{ } actor])
        {
            query = query with { Actor = actor };
        }

        if (given["action"] is [{ } action])
        {
            query = query with { Action = action };
        }

        if (Time(given, "from", out long fromMs) is { } wrongFrom)
        {
            return wrongFrom;
        }

        if (Time(given, "to", out long toMs) is { } wrongTo)
        {
            return wrongTo;
        }

        query = query with { FromMs = fromMs, ToMs = toMs };
        if (QueryFields.ReadLimit(given, out int limit) is { } wrong)
        {
            return wrong;
        }

        query = query with { Limit = limit };

        if (given["after"] is [{ } after])
        {
            if (!Cursor.TryReadAudit(hash, tenant?.Number ?? 0, after, out long before))
            {
                return KnownProblems.InvalidCursor;
            }

            query = query with { Before = before };
        }

        return null;
    }

    private static Problem? Time(IQueryCollection given, string name, out long unixMs)
    {
        unixMs = 0;
        return given[name] is not [{ } text] || Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out unixMs)
            ? null
            : KnownProblems.InvalidParameter(name, $"is {Problem.Shown(text)}, not a time as RFC 3339 has it, e.g. 2030-01-31T12:00:00Z (a + of an offset as %2B)");
    }

    // A tenant sees that the operator changed something of its own, but not by which key and from where: that is the operator's.
    private static void Write(Utf8JsonWriter json, AuditEntry entry, bool forTenant)
    {
        bool hidden = forTenant && entry.Role is Role.Operator or Role.Support;
        Span<byte> at = stackalloc byte[Utf8Text.TimeLength];
        new Utf8Text(at).Time(entry.AtMs);
        json.WriteStartObject();
        json.WriteString("at"u8, at);
        json.WriteString("actor"u8, hidden ? "operator" : entry.Actor);
        json.WriteString("role"u8, Permissions.WordOf(entry.Role));
        json.WriteString("action"u8, entry.Action);
        if (entry.TenantName.Length > 0)
        {
            json.WriteString("tenant"u8, entry.TenantName);
        }

        if (entry.Object.Length > 0)
        {
            json.WriteString("object"u8, entry.Object);
        }

        if (!hidden && entry.From.Length > 0)
        {
            json.WriteString("from"u8, entry.From);
        }

        json.WriteString("result"u8, entry.Result == AuditResult.Done ? "done"u8 : "unknown"u8);
        json.WriteEndObject();
    }
}
