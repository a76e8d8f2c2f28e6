using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Usage;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/usage</c> and a tenant's own <c>/v1/usage</c>: messages, segments and cost by day, tenant, channel and provider, as JSON or CSV (R3.6). Cold.</summary>
internal sealed class UsageEndpoints(IAdministration administration, IJournal journal, TimeProvider time)
{
    private const int DaysMax = 366;
    private const int RowsMax = 100_000;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/admin/usage", Permission.OperatorRead, ListAllAsync, "from", "to", "tenant", "format");
        endpoints.Map("GET", "/v1/usage", Permission.TenantRead, (context, tenant) => ListAsync(context, tenant.Number), "from", "to", "format");
    }

    private async Task ListAllAsync(HttpContext context)
    {
        int number = 0;
        if (context.Request.Query["tenant"] is [{ } name])
        {
            if (administration.Current.FindTenant(name) is not { } tenant)
            {
                await ProblemResponse.WriteAsync(context, KnownProblems.InvalidParameter("tenant", $"is '{Problem.Shown(name)}': there is no such tenant"));
                return;
            }

            number = tenant.Number;
        }

        await ListAsync(context, number);
    }

    private async Task ListAsync(HttpContext context, int tenant)
    {
        if (ReadQuery(context.Request.Query, out DateOnly from, out DateOnly to, out bool csv) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        IReadOnlyList<UsageRow> rows = await journal.Usage.ReadAsync(from, to, tenant, RowsMax, context.RequestAborted);
        if (rows.Count > RowsMax)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidParameter("to", $"is too far: more than {RowsMax} rows; ask for fewer days, or for one tenant"));
            return;
        }

        if (csv)
        {
            context.Response.ContentType = "text/csv; charset=utf-8";
            WriteCsv(context.Response.BodyWriter, rows);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            return;
        }

        await JsonAnswer.WriteAsync(context, 200, rows, WriteJson);
    }

    // The month so far unless the query says otherwise.
    private Problem? ReadQuery(IQueryCollection query, out DateOnly from, out DateOnly to, out bool csv)
    {
        DateOnly today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        from = new DateOnly(today.Year, today.Month, 1);
        to = today;
        csv = false;
        if (ReadDay(query, "to", ref to) is { } wrongTo)
        {
            return wrongTo;
        }

        from = new DateOnly(to.Year, to.Month, 1);
        if (ReadDay(query, "from", ref from) is { } wrongFrom)
        {
            return wrongFrom;
        }

        if (from > to || to.DayNumber - from.DayNumber >= DaysMax)
        {
            return KnownProblems.InvalidParameter("from", $"is {from:yyyy-MM-dd}: it is 0 to {DaysMax - 1} days before to ({to:yyyy-MM-dd})");
        }

        if (query["format"] is [{ } format])
        {
            csv = format == "csv";
            return csv || format == "json" ? null : KnownProblems.InvalidParameter("format", $"is '{Problem.Shown(format)}', not json or csv");
        }

        return null;
    }

    private static Problem? ReadDay(IQueryCollection query, string name, ref DateOnly day)
    {
        if (query[name] is not [{ } text])
        {
            return null;
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day)
            ? null
            : KnownProblems.InvalidParameter(name, $"is '{Problem.Shown(text)}', not a day such as 2026-03-01");
    }

    private void WriteJson(Utf8JsonWriter json, IReadOnlyList<UsageRow> rows)
    {
        Configuration configuration = administration.Current;
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (UsageRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("day"u8, Day(row));
            json.WriteString("tenant"u8, TenantName(configuration, row));
            json.WriteString("channel"u8, WireNames.Of(row.Key.Channel));
            json.WriteString("provider"u8, ProviderName(configuration, row));
            json.WriteNumber("messages"u8, row.Messages);
            json.WriteNumber("segments"u8, row.Segments);
            json.WriteNumber("received"u8, row.Received);
            json.WriteNumber("cost"u8, Money.ToUnits(row.Cost));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // RFC 4180; names are of a-z, 0-9 and -, so nothing needs quotes.
    private void WriteCsv(IBufferWriter<byte> writer, IReadOnlyList<UsageRow> rows)
    {
        Configuration configuration = administration.Current;
        Encoding.UTF8.GetBytes("day,tenant,channel,provider,messages,segments,received,cost\r\n", writer);
        foreach (UsageRow row in rows)
        {
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Day(row)},{TenantName(configuration, row)},{WireNames.Of(row.Key.Channel)},{ProviderName(configuration, row)},{row.Messages},{row.Segments},{row.Received},{Money.ToUnits(row.Cost)}\r\n"),
                writer);
        }
    }

    private static string Day(in UsageRow row) => row.Key.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // A deleted tenant's usage stays under its number.
    private static string TenantName(Configuration configuration, in UsageRow row) =>
        configuration.FindTenant(row.Key.Tenant)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"#{row.Key.Tenant}");

    private static string ProviderName(Configuration configuration, in UsageRow row) =>
        configuration.ProviderName(row.Key.Provider) ?? string.Create(CultureInfo.InvariantCulture, $"#{row.Key.Provider}");
}
