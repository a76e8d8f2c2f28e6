using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Contacts;

/// <summary>
/// <c>POST /v1/consents</c>, <c>GET /v1/consents?address=</c> (DESIGN §6): the state of consent, which decides messages. The ledger, which keeps the proof, is not
/// built yet: a <c>proof</c> with something in it is 400 <c>not_available</c>, so that nobody believes that it was kept.
/// </summary>
internal sealed class ConsentEndpoints(IShards shards, IJournal journal, IKeyedHash hash)
{
    private const int BodyBytesMax = 64 * 1024;
    private const int SourceLengthMax = 200;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("POST", "/v1/consents", Permission.TenantManage, PostAsync);
        endpoints.Map("GET", "/v1/consents", Permission.TenantRead, GetAsync, "address");
    }

    private async Task PostAsync(HttpContext context, Tenant tenant)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, Read) is not { } asked)
        {
            return;
        }

        if (ContactAddress.Parse(asked.Address, "address", tenant.Number, hash, out ContactId contact, out string address) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        AuditedChange.Names(context, contact);
        var change = FlagsChange.Of(flags => flags.With(asked.Purpose, asked.State));
        if (await shards.SetFlagsAsync(tenant.Number, contact, change, context.RequestAborted) is not { } kept)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
            return;
        }

        await JsonAnswer.WriteAsync(context, 201, (address, asked.Purpose, State: kept.For(asked.Purpose)), static (json, answer) =>
            WriteItem(json, answer.address, answer.Purpose, answer.State));
    }

    private async Task GetAsync(HttpContext context, Tenant tenant)
    {
        if (context.Request.Query["address"] is not [{ Length: > 0 } given])
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.InvalidParameter("address", "is needed once: ?address=sms:%2B39..."));
            return;
        }

        if (ContactAddress.Parse(ContactAddress.InQuery(given), "address", tenant.Number, hash, out ContactId contact, out string address) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        ContactFlags flags = await journal.FindFlagsAsync(contact, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, 200, (address, flags), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (Purpose purpose in Enum.GetValues<Purpose>())
            {
                if (answer.flags.For(purpose) is not ConsentState.Unknown and var state)
                {
                    WriteItem(json, answer.address, purpose, state);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private sealed record Asked(string Address, Purpose Purpose, ConsentState State);

    private static Asked Read(JsonFields fields)
    {
        string address = fields.RequiredText("address");
        string word = fields.RequiredText("purpose");
        if (!WireNames.TryParse(Encoding.UTF8.GetBytes(word), out Purpose purpose))
        {
            fields.Refuse(KnownProblems.InvalidValue("purpose", $"is '{Problem.Shown(word)}', not otp, transactional, service or marketing"));
        }

        word = fields.RequiredText("state");
        ConsentState state = word switch
        {
            "granted" => ConsentState.Granted,
            "withdrawn" => ConsentState.Withdrawn,
            _ => ConsentState.Unknown,
        };
        if (state == ConsentState.Unknown)
        {
            fields.Refuse(KnownProblems.InvalidValue("state", $"is '{Problem.Shown(word)}', not granted or withdrawn"));
        }

        if (fields.RequiredText("source").Length is 0 or > SourceLengthMax)
        {
            fields.Refuse(KnownProblems.InvalidValue("source", "is not 1 to 200 characters"));
        }

        if (fields.Raw("proof") is { } proof && proof.EnumerateObject().Any())
        {
            fields.Refuse(KnownProblems.NotAvailable("proof"));
        }

        return new Asked(address, purpose, state);
    }

    private static void WriteItem(Utf8JsonWriter json, string address, Purpose purpose, ConsentState state)
    {
        json.WriteStartObject();
        json.WriteString("address"u8, address);
        json.WriteString("purpose"u8, WireNames.Of(purpose));
        json.WriteString("state"u8, state == ConsentState.Granted ? "granted"u8 : "withdrawn"u8);
        json.WriteEndObject();
    }
}
