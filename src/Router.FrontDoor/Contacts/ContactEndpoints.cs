using Microsoft.AspNetCore.Http;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Tenants;
using Router.Core.Times;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Contacts;

/// <summary><c>GET</c> and <c>PUT /v1/contacts/{address}</c>: the contact's own time zone, in which its quiet hours are (R3.4), shown with its flags.</summary>
internal sealed class ContactEndpoints(IShards shards, IJournal journal, IKeyedHash hash)
{
    private const int BodyBytesMax = 4 * 1024;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("PUT", "/v1/contacts/{address}", Permission.TenantManage, PutAsync);
        endpoints.Map("GET", "/v1/contacts/{address}", Permission.TenantRead, GetAsync);
    }

    private async Task PutAsync(HttpContext context, Tenant tenant)
    {
        if (ContactAddress.Parse(ContactAddress.InPath(context), "address", tenant.Number, hash, out ContactId contact, out string address) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        AuditedChange.Names(context, contact);
        if (await JsonBody.ReadAsync(context, BodyBytesMax, Read) is not { } asked)
        {
            return;
        }

        var change = FlagsChange.Of(flags => flags.WithTimeZone(asked.TimeZone));
        if (await shards.SetFlagsAsync(tenant.Number, contact, change, context.RequestAborted) is not { } kept)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
            return;
        }

        await AnswerAsync(context, address, kept);
    }

    private async Task GetAsync(HttpContext context, Tenant tenant)
    {
        if (ContactAddress.Parse(ContactAddress.InPath(context), "address", tenant.Number, hash, out ContactId contact, out string address) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        await AnswerAsync(context, address, await journal.FindFlagsAsync(contact, context.RequestAborted));
    }

    private static Task AnswerAsync(HttpContext context, string address, ContactFlags flags) =>
        JsonAnswer.WriteAsync(context, 200, (address, flags), static (json, answer) => ContactJson.Write(json, answer.address, answer.flags));

    private sealed record Asked(int TimeZone);

    private static Asked Read(JsonFields fields)
    {
        string? name = fields.RequiredTextOrNull("timeZone");
        int number = name is null ? 0 : TimeZones.NumberOf(name);
        if (name is not null && number == 0)
        {
            fields.Refuse(KnownProblems.InvalidValue("timeZone", $"is {Problem.Shown(name)}, not the name of an IANA time zone, such as Europe/Rome; null takes it away"));
        }

        return new Asked(number);
    }
}
