using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Templates;
using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Templates;

/// <summary><c>/v1/templates</c> (DESIGN §6): a tenant's templates, by name and language. Cold.</summary>
internal sealed class TemplateEndpoints(IAdministration administration)
{
    // 4,096 characters, each escaped as \u0000, and room for the frame.
    private const int BodyBytesMax = (6 * TemplateRules.TextCharactersMax) + 1024;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("PUT", "/v1/templates/{name}/{language}", Permission.TenantManage, PutAsync);
        endpoints.Map("GET", "/v1/templates/{name}/{language}", Permission.TenantRead, GetAsync);
        endpoints.Map("DELETE", "/v1/templates/{name}/{language}", Permission.TenantManage, DeleteAsync);
        endpoints.Map("GET", "/v1/templates", Permission.TenantRead, ListAsync);
    }

    private async Task PutAsync(HttpContext context, Tenant tenant)
    {
        if (Name(context) is not { } name)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidName("name"));
            return;
        }

        if (Language(context) is not { } language)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidParameter("language", LanguageTag.Rule));
            return;
        }

        if (await JsonBody.ReadAsync(context, BodyBytesMax, fields => new TemplateSettings(name, language, fields.RequiredText("text"))) is not { } template)
        {
            return;
        }

        SettingsFault? fault = TemplateRules.Check(template) ?? await administration.PutTemplateAsync(tenant, template, context.RequestAborted);
        if (fault is not null)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidValue(fault.Field, fault.Predicate));
            return;
        }

        // As put, whatever the snapshot has by now.
        await JsonAnswer.WriteAsync(context, 200, TemplateSet.Of([template], tenant.Templates).Find(name, language)!, Write);
    }

    private static Task GetAsync(HttpContext context, Tenant tenant) => Name(context) is { } name && Language(context) is { } language && tenant.Templates.Find(name, language) is { } template
        ? JsonAnswer.WriteAsync(context, 200, template, Write)
        : ProblemResponse.WriteAsync(context, KnownProblems.NotFound);

    private async Task DeleteAsync(HttpContext context, Tenant tenant)
    {
        if (Name(context) is { } name && Language(context) is { } language && await administration.RemoveTemplateAsync(tenant.Name, name, language, context.RequestAborted))
        {
            context.Response.StatusCode = 204;
            return;
        }

        await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
    }

    private static Task ListAsync(HttpContext context, Tenant tenant) => JsonAnswer.WriteListAsync(context, tenant.Templates.All, Write);

    private static void Write(Utf8JsonWriter json, Template template)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, template.Settings.Name);
        json.WriteString("language"u8, template.Settings.Language);
        json.WriteString("text"u8, template.Settings.Text);
        json.WriteStartArray("parameters"u8);
        foreach (string parameter in template.Parameters)
        {
            json.WriteStringValue(parameter);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string? Name(HttpContext context) => (string)context.Request.RouteValues["name"]! is var name && SettingsNames.IsName(name) ? name : null;

    private static string? Language(HttpContext context) => LanguageTag.TryCanonical((string)context.Request.RouteValues["language"]!, out string language) ? language : null;
}
