using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/providers</c>: accounts at carriers and platforms (DESIGN §6). Cold.</summary>
internal sealed class ProviderEndpoints
{
    private const int BodyBytesMax = 64 * 1024;

    // Kinds of the contract (DESIGN §6): one that no factory makes is not a mistake of who asks for it.
    private static readonly string[] ContractKinds = ["loopback", "smpp", "kafka"];

    private readonly IAdministration administration;
    private readonly Dictionary<string, IProviderFactory> kinds;

    /// <summary>Knows the kinds that <paramref name="factories"/> make.</summary>
    public ProviderEndpoints(IAdministration administration, IEnumerable<IProviderFactory> factories)
    {
        this.administration = administration;
        kinds = factories.ToDictionary(static f => f.Kind, StringComparer.Ordinal);
    }

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("PUT", "/admin/providers/{provider}", Permission.OperatorManage, PutAsync);
        endpoints.Map("GET", "/admin/providers/{provider}", Permission.OperatorRead, GetAsync);
        endpoints.Map("GET", "/admin/providers", Permission.OperatorRead, ListAsync);
        endpoints.Map("DELETE", "/admin/providers/{provider}", Permission.OperatorManage, DeleteAsync);
        endpoints.Map("POST", "/admin/providers/{provider}/drain", Permission.OperatorManage, context => DrainAsync(context, drains: true));
        endpoints.Map("POST", "/admin/providers/{provider}/resume", Permission.OperatorManage, context => DrainAsync(context, drains: false));
    }

    private async Task PutAsync(HttpContext context)
    {
        string name = Name(context);
        if (!SettingsNames.IsName(name))
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidName("provider"));
            return;
        }

        if (await JsonBody.ReadAsync(context, BodyBytesMax, Read) is not { } settings)
        {
            return;
        }

        if (Check(settings) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        ProviderAccount account = await administration.PutProviderAsync(name, settings, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, 200, account, static (json, put) =>
        {
            json.WriteStartObject();
            WriteSettings(json, put);
            json.WriteEndObject();
        });
    }

    private Task GetAsync(HttpContext context) => ShowAsync(context, administration.Current.FindProvider(Name(context)));

    private async Task ShowAsync(HttpContext context, ProviderAccount? account)
    {
        if (account is null)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        IReadOnlyList<SiloLook> silos = await administration.SilosAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, 200, (account, silos), static (json, shown) => ProviderJson.Write(json, shown.account, shown.silos, WriteSettings));
    }

    private async Task ListAsync(HttpContext context)
    {
        IReadOnlyList<SiloLook> silos = await administration.SilosAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, 200, (administration.Current, silos), static (json, shown) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (ProviderAccount account in shown.Current.Providers.OrderBy(static p => p.Name, StringComparer.Ordinal))
            {
                ProviderJson.Write(json, account, shown.silos, WriteSettings);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task DrainAsync(HttpContext context, bool drains) =>
        await ShowAsync(context, await administration.DrainProviderAsync(Name(context), drains, context.RequestAborted));

    private async Task DeleteAsync(HttpContext context)
    {
        switch (await administration.DeleteProviderAsync(Name(context), context.RequestAborted))
        {
            case ProviderRemoval.Removed:
                context.Response.StatusCode = 204;
                break;
            case ProviderRemoval.InUse:
                await ProblemResponse.WriteAsync(context, KnownProblems.ProviderInUse);
                break;
            case ProviderRemoval.NotFound:
                await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
                break;
            default:
                throw new InvalidOperationException("no such answer to a removal");
        }
    }

    private Problem? Check(ProviderSettings settings)
    {
        if (!kinds.TryGetValue(settings.Kind, out IProviderFactory? kind))
        {
            return ContractKinds.Contains(settings.Kind)
                ? KnownProblems.Of(new SettingsFault("kind", $"is {settings.Kind}, which is not available in this version: use one of {Kinds()}") { NotAvailable = true })
                : KnownProblems.InvalidValue("kind", $"is {Problem.Shown(settings.Kind)}, not one of {Kinds()}");
        }

        if (ProviderRules.Check(settings) is { } fault)
        {
            return KnownProblems.Of(fault);
        }

        for (int i = 0; i < settings.Channels.Count; i++)
        {
            if (WireNames.TryParse(Encoding.UTF8.GetBytes(settings.Channels[i]), out Channel channel) && !kind.Carries(channel))
            {
                return KnownProblems.InvalidValue($"channels[{i}]", $"is {settings.Channels[i]}, which {settings.Kind} does not carry: leave it out");
            }
        }

        return kind.Validate(settings.Settings) is { } wrong ? KnownProblems.Of(wrong) : null;
    }

    private string Kinds() => string.Join(", ", kinds.Keys.Order(StringComparer.Ordinal));

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["provider"]!;

    private static ProviderSettings Read(JsonFields fields) => new()
    {
        Kind = fields.RequiredText("kind"),
        Channels = fields.Require("channels", fields.Texts("channels")) ?? [],
        Region = fields.Text("region"),
        Cost = fields.Decimal("cost") ?? 0,
        Limits = fields.Object("limits", static f => new ProviderLimits { PerSecond = f.Int32("perSecond"), InFlight = f.Int32("inFlight") }) ?? new ProviderLimits(),
        Enabled = fields.Bool("enabled") ?? true,
        Settings = fields.Raw("settings")?.GetRawText() ?? "{}",
    };

    private static void WriteSettings(Utf8JsonWriter json, ProviderAccount account)
    {
        ProviderSettings settings = account.Settings;
        json.WriteString("provider"u8, account.Name);
        json.WriteString("kind"u8, settings.Kind);
        json.WriteStartArray("channels"u8);
        foreach (string channel in settings.Channels)
        {
            json.WriteStringValue(channel);
        }

        json.WriteEndArray();
        if (settings.Region is { } region)
        {
            json.WriteString("region"u8, region);
        }

        json.WriteNumber("cost"u8, settings.Cost);
        json.WriteStartObject("limits"u8);
        if (settings.Limits.PerSecond is { } perSecond)
        {
            json.WriteNumber("perSecond"u8, perSecond);
        }

        if (settings.Limits.InFlight is { } inFlight)
        {
            json.WriteNumber("inFlight"u8, inFlight);
        }

        json.WriteEndObject();
        json.WriteBoolean("enabled"u8, settings.Enabled);
        json.WritePropertyName("settings"u8);
        SecretFields.WriteWithout(json, settings.Settings);
    }
}
