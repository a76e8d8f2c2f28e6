using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/tenants</c>: tenants (DESIGN §6). Cold.</summary>
internal sealed class TenantEndpoints(IAdministration administration)
{
    private const int BodyBytesMax = 64 * 1024;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("PUT", "/admin/tenants/{tenant}", Permission.OperatorManage, PutAsync);
        endpoints.Map("GET", "/admin/tenants", Permission.OperatorRead, ListAsync);
        endpoints.Map("GET", "/admin/tenants/{tenant}", Permission.OperatorRead, GetAsync);
        endpoints.Map("DELETE", "/admin/tenants/{tenant}", Permission.OperatorManage, DeleteAsync);
        endpoints.Map("POST", "/admin/tenants/{tenant}/credit", Permission.OperatorManage, AddCreditAsync);
    }

    private async Task PutAsync(HttpContext context)
    {
        string name = Name(context);
        if (!SettingsNames.IsName(name))
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidName("tenant"));
            return;
        }

        if (await JsonBody.ReadAsync(context, BodyBytesMax, Read) is not { } settings)
        {
            return;
        }

        if (TenantRules.Check(settings) is { } fault)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.Of(fault));
            return;
        }

        if (administration.Current.FindTenant(name) is { IsDeleting: true })
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.TenantDeleting);
            return;
        }

        try
        {
            Tenant tenant = await administration.PutTenantAsync(name, settings, context.RequestAborted);
            await JsonAnswer.WriteAsync(context, 200, tenant, Write);
        }
        catch (SettingsConflictException conflict)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.TakenBy(conflict.Fault!));
        }
    }

    // Names alone: settings have up to 64 KiB each.
    private Task ListAsync(HttpContext context) => JsonAnswer.WriteListAsync(context, administration.Current.Tenants.OrderBy(static t => t.Name, StringComparer.Ordinal), static (json, tenant) =>
    {
        json.WriteStartObject();
        json.WriteString("tenant"u8, tenant.Name);
        json.WriteString("name"u8, tenant.Settings.Name);
        if (tenant.IsDeleting)
        {
            json.WriteBoolean("deleting"u8, true);
        }

        json.WriteEndObject();
    });

    private Task GetAsync(HttpContext context) => administration.Current.FindTenant(Name(context)) is { } tenant
        ? JsonAnswer.WriteAsync(context, 200, tenant, Write)
        : ProblemResponse.WriteAsync(context, KnownProblems.NotFound);

    // Answered once its keys open nothing and nothing of it is accepted; what waits is cancelled and its keys are destroyed after that, until GET answers 404.
    private async Task DeleteAsync(HttpContext context)
    {
        if (!SettingsNames.IsName(Name(context)) || !await administration.DeleteTenantAsync(Name(context), context.RequestAborted))
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        await JsonAnswer.WriteAsync(context, 202, Name(context), static (json, name) =>
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, name);
            json.WriteBoolean("deleting"u8, true);
            json.WriteEndObject();
        });
    }

    private async Task AddCreditAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, ReadTopUp) is not { } asked)
        {
            return;
        }

        switch (await administration.AddCreditAsync(Name(context), Money.Of(asked.Amount), asked.Reference, context.RequestAborted))
        {
            case CreditOutcome.Added:
                await GetAsync(context);
                break;
            case CreditOutcome.NotFound:
                await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
                break;
            case CreditOutcome.NotCharged:
                await ProblemResponse.WriteAsync(context, KnownProblems.NotCharged);
                break;
            case CreditOutcome.OtherAmount:
                await ProblemResponse.WriteAsync(context, KnownProblems.OtherAmount);
                break;
            case CreditOutcome.TooMuch:
                await ProblemResponse.WriteAsync(context, KnownProblems.InvalidValue("amount", $"would make the balance more than {Money.Max}"));
                break;
            default:
                throw new InvalidOperationException("no such answer to a top-up");
        }
    }

    private sealed record TopUpAsked(decimal Amount, string Reference);

    private static TopUpAsked ReadTopUp(JsonFields fields)
    {
        decimal amount = fields.Require("amount", fields.Decimal("amount")) ?? 0;
        string reference = fields.RequiredText("reference");
        if (amount is <= 0 or > Money.Max || decimal.Round(amount, 6) != amount)
        {
            fields.Refuse(KnownProblems.InvalidValue("amount", $"is not more than 0 and at most {Money.Max}, with at most 6 decimals"));
        }

        if (reference.Length is 0 or > 100)
        {
            fields.Refuse(KnownProblems.InvalidValue("reference", $"has {reference.Length} characters: it has 1 to 100"));
        }

        return new TopUpAsked(amount, reference);
    }

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["tenant"]!;

    private static TenantSettings Read(JsonFields fields)
    {
        fields.NotAvailable("minimumAge", "retention");
        return new TenantSettings
        {
            Name = fields.RequiredText("name"),
            Senders = fields.Texts("senders") ?? [],
            Limits = fields.Object("limits", ReadLimits) ?? new TenantLimits(),
            Region = fields.Text("region"),
            TimeZone = fields.Text("timeZone"),
            QuietHours = fields.Object("quietHours", static f => new QuietHours(f.RequiredText("from"), f.RequiredText("to"))),
            Balance = fields.Decimal("balance"),
            Prices = fields.Decimals("prices"),
            Keywords = fields.Objects("keywords", ReadKeyword) ?? [],
            EventsToKafka = fields.Object("events", static f => new EventsAsked(f.Bool("kafka") ?? false))?.Kafka ?? false,
            Stop = fields.Word("stop", ("marketing", StopScope.Marketing), ("all", StopScope.All)),
        };
    }

    private sealed record EventsAsked(bool Kafka);

    private static KeywordRule ReadKeyword(JsonFields fields) => new()
    {
        Word = fields.RequiredText("word"),
        IsPrefix = fields.Word("match", ("exact", false), ("prefix", true)),
        Number = fields.Text("number"),
        Action = fields.Word("action", ("none", KeywordAction.None), ("stop", KeywordAction.Stop), ("start", KeywordAction.Start), ("help", KeywordAction.Help)),
        Reply = fields.Text("reply"),
    };

    private static TenantLimits ReadLimits(JsonFields fields)
    {
        var limits = new TenantLimits
        {
            PerSecond = fields.Int32("perSecond"),
            PerChannel = fields.Numbers("perChannel"),
            PerSender = fields.Int32("perSender"),
            PerRecipient = fields.Object("perRecipient", static f => new RecipientLimit(
                f.Require("count", f.Int32("count")) ?? 1, f.Require("windowSeconds", f.Int32("windowSeconds")) ?? 1)),
        };
        return fields.Int64("waiting") is { } waiting ? limits with { Waiting = waiting } : limits;
    }

    private void Write(Utf8JsonWriter json, Tenant tenant)
    {
        TenantSettings settings = tenant.Settings;
        json.WriteStartObject();
        json.WriteString("tenant"u8, tenant.Name);
        if (tenant.IsDeleting)
        {
            json.WriteBoolean("deleting"u8, true);
        }

        json.WriteString("name"u8, settings.Name);
        json.WriteStartArray("senders"u8);
        foreach (string sender in settings.Senders)
        {
            json.WriteStringValue(sender);
        }

        json.WriteEndArray();
        WriteLimits(json, settings.Limits);
        WriteOptional(json, "region", settings.Region);
        WriteOptional(json, "timeZone", settings.TimeZone);
        if (settings.QuietHours is { } quiet)
        {
            json.WriteStartObject("quietHours"u8);
            json.WriteString("from"u8, quiet.From);
            json.WriteString("to"u8, quiet.To);
            json.WriteEndObject();
        }

        if (settings.EventsToKafka)
        {
            json.WriteStartObject("events"u8);
            json.WriteBoolean("kafka"u8, true);
            json.WriteEndObject();
        }

        if (settings.Balance is not null && administration.BalanceOf(tenant.Number) is { } balance)
        {
            json.WriteNumber("balance"u8, Money.ToUnits(balance)); // as it stands
        }

        if (settings.Prices is { } prices)
        {
            json.WriteStartObject("prices"u8);
            foreach ((string channel, decimal price) in prices)
            {
                json.WriteNumber(channel, price);
            }

            json.WriteEndObject();
        }

        if (settings.Keywords.Count > 0)
        {
            WriteKeywords(json, settings.Keywords);
        }

        if (settings.Stop == StopScope.All)
        {
            json.WriteString("stop"u8, "all"u8);
        }

        json.WriteEndObject();
    }

    private static void WriteKeywords(Utf8JsonWriter json, IReadOnlyList<KeywordRule> rules)
    {
        json.WriteStartArray("keywords"u8);
        foreach (KeywordRule rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("word"u8, rule.Word);
            json.WriteString("match"u8, rule.IsPrefix ? "prefix"u8 : "exact"u8);
            WriteOptional(json, "number", rule.Number);
            json.WriteString("action"u8, rule.Action switch
            {
                KeywordAction.Stop => "stop"u8,
                KeywordAction.Start => "start"u8,
                KeywordAction.Help => "help"u8,
                _ => "none"u8,
            });
            WriteOptional(json, "reply", rule.Reply);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLimits(Utf8JsonWriter json, TenantLimits limits)
    {
        json.WriteStartObject("limits"u8);
        WriteOptional(json, "perSecond", limits.PerSecond);
        if (limits.PerChannel is { } channels)
        {
            json.WriteStartObject("perChannel"u8);
            foreach ((string channel, int rate) in channels)
            {
                json.WriteNumber(channel, rate);
            }

            json.WriteEndObject();
        }

        WriteOptional(json, "perSender", limits.PerSender);
        if (limits.PerRecipient is { } recipient)
        {
            json.WriteStartObject("perRecipient"u8);
            json.WriteNumber("count"u8, recipient.Count);
            json.WriteNumber("windowSeconds"u8, recipient.WindowSeconds);
            json.WriteEndObject();
        }

        json.WriteNumber("waiting"u8, limits.Waiting);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
