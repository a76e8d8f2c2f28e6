using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary>
/// Keys (R6.2): a tenant's, by the operator (<c>/admin/tenants/{tenant}/keys</c>) and by its own owners (<c>/v1/keys</c>), and the operator's own (<c>/admin/keys</c>).
/// A key is shown when it is made and never again. Nobody removes the key he calls with: so a tenant keeps an owner as long as its owners alone remove keys. Cold.
/// </summary>
internal sealed class KeyEndpoints(IAdministration administration, TimeProvider time)
{
    /// <summary>Keys of one tenant, and of the operator: each change spreads all of them.</summary>
    private const int KeysMax = 100;

    private const int BodyBytesMax = 4 * 1024;
    private const int NameMax = 64;
    private const int DaysMax = 3_660;

    private static readonly (string Word, Role Role)[] TenantRoles = [("owner", Role.Owner), ("admin", Role.Admin), ("agent", Role.Agent), ("auditor", Role.Auditor)];
    private static readonly (string Word, Role Role)[] OperatorRoles = [("operator", Role.Operator), ("support", Role.Support)];

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/admin/tenants/{tenant}/keys", Permission.OperatorRead, ListOfTenantAsync);
        endpoints.Map("POST", "/admin/tenants/{tenant}/keys", Permission.OperatorManage, context => AddAsync(context, Name(context)));
        endpoints.Map("DELETE", "/admin/tenants/{tenant}/keys/{id}", Permission.OperatorManage, (HttpContext context, Caller caller) => RemoveAsync(context, caller, Name(context)));
        endpoints.Map("GET", "/v1/keys", Permission.TenantOwn, (HttpContext context, Tenant tenant) => AnswerAsync(context, tenant.Number));
        endpoints.Map("POST", "/v1/keys", Permission.TenantOwn, (HttpContext context, Tenant tenant) => AddAsync(context, tenant.Name, tenant.Number));
        endpoints.Map("DELETE", "/v1/keys/{id}", Permission.TenantOwn, (HttpContext context, Caller caller) => RemoveAsync(context, caller, caller.Tenant!.Name));
        endpoints.Map("GET", "/admin/keys", Permission.OperatorRead, context => AnswerAsync(context, 0));
        endpoints.Map("POST", "/admin/keys", Permission.OperatorManage, context => AddAsync(context, tenant: null));
        endpoints.Map("DELETE", "/admin/keys/{id}", Permission.OperatorManage, (HttpContext context, Caller caller) => RemoveAsync(context, caller, tenant: null));
    }

    private Task ListOfTenantAsync(HttpContext context) => administration.Current.FindTenant(Name(context)) is { } tenant
        ? AnswerAsync(context, tenant.Number)
        : ProblemResponse.WriteAsync(context, KnownProblems.NotFound);

    private Task AnswerAsync(HttpContext context, int tenant) =>
        JsonAnswer.WriteListAsync(context, administration.Current.KeysOf(tenant).OrderBy(static k => k.CreatedMs).ThenBy(static k => k.Id, StringComparer.Ordinal), Write);

    // A tenant's, or, without one, the operator's. A tenant that asks itself is one number: its name may be another's by now.
    private async Task AddAsync(HttpContext context, string? tenant, int asking = 0)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, fields => Read(fields, tenant is null ? OperatorRoles : TenantRoles)) is not { } asked)
        {
            return;
        }

        if (tenant is not null && administration.Current.FindTenant(tenant) is { IsDeleting: true })
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.TenantDeleting);
            return;
        }

        int number = tenant is null ? 0 : administration.Current.FindTenant(tenant)?.Number ?? -1;
        if (administration.Current.KeysOf(number).Count() >= KeysMax)
        {
            await ProblemResponse.WriteAsync(context, new Problem(409, "too_many_keys", $"There are {KeysMax} keys, the most there may be: remove one, expired ones count too."));
            return;
        }

        string text = KeyText.New();
        ApiKey key = KeyText.Asked(text, asked.Role) with { Tenant = asking, Name = asked.Name, ExpiresMs = asked.ExpiresMs };
        ApiKey? kept = tenant is null
            ? await administration.AddOperatorKeyAsync(key, context.RequestAborted)
            : await administration.AddKeyAsync(tenant, key, context.RequestAborted);
        if (kept is null)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        AuditedChange.Names(context, kept.Id);
        context.Response.Headers.CacheControl = "no-store";
        await JsonAnswer.WriteAsync(context, 201, (kept.Id, Key: text), static (json, made) =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, made.Id);
            json.WriteString("key"u8, made.Key);
            json.WriteEndObject();
        });
    }

    private async Task RemoveAsync(HttpContext context, Caller caller, string? tenant)
    {
        string id = (string)context.Request.RouteValues["id"]!;
        bool isOperators = tenant is null;
        Problem? refused = isOperators && id == OperatorKeys.FixedId ? KnownProblems.FixedKey : id == caller.Key.Id ? KnownProblems.OwnKey : null;
        if (refused is null)
        {
            bool removed = isOperators
                ? await administration.RemoveOperatorKeyAsync(id, context.RequestAborted)
                : await administration.RemoveKeyAsync(tenant!, id, context.RequestAborted);
            if (removed)
            {
                context.Response.StatusCode = 204;
                return;
            }
        }

        await ProblemResponse.WriteAsync(context, refused ?? KnownProblems.NotFound);
    }

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["tenant"]!;

    private sealed record Asked(Role Role, string? Name, long ExpiresMs);

    private Asked Read(JsonFields fields, (string Word, Role Role)[] roles)
    {
        _ = fields.Require("role", fields.Text("role"));
        Role role = fields.Word("role", roles);
        string? name = fields.Text("name");
        if (name is { Length: 0 or > NameMax } || name?.AsSpan().ContainsAnyInRange('\0', '\u001F') is true)
        {
            fields.Refuse(KnownProblems.InvalidValue("name", $"is not 1 to {NameMax} characters without control characters"));
        }

        long? expiresMs = fields.Time("expiresAt");
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (expiresMs is { } given && (given <= nowMs || given > nowMs + (DaysMax * 86_400_000L)))
        {
            fields.Refuse(KnownProblems.InvalidValue("expiresAt", $"is past or more than {DaysMax} days ahead: give a time between, or leave it out for a key that does not expire"));
        }

        return new Asked(role, name, expiresMs ?? 0);
    }

    private static void Write(Utf8JsonWriter json, ApiKey key)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, key.Id);
        json.WriteString("role"u8, Permissions.WordOf(key.Role));
        if (key.Name is not null)
        {
            json.WriteString("name"u8, key.Name);
        }

        if (key.LastFour is not null)
        {
            json.WriteString("lastFour"u8, key.LastFour);
        }

        WriteTime(json, "createdAt", key.CreatedMs);
        WriteTime(json, "expiresAt", key.ExpiresMs);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long unixMs)
    {
        if (unixMs != 0)
        {
            Span<byte> text = stackalloc byte[Utf8Text.TimeLength];
            new Utf8Text(text).Time(unixMs);
            json.WriteString(System.Text.Encoding.ASCII.GetBytes(name), text);
        }
    }
}
