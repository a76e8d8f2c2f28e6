using Microsoft.AspNetCore.Http;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Contacts;

/// <summary><c>PUT /v1/contacts/{address}/flags</c> (DESIGN §6). Answered once kept and no release of the contact is open.</summary>
internal sealed class FlagEndpoints(IShards shards, IJournal journal, IKeyedHash hash)
{
    private const int BodyBytesMax = 4 * 1024;

    internal void Map(Endpoints endpoints) => endpoints.Map("PUT", "/v1/contacts/{address}/flags", Permission.TenantManage, PutAsync);

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

        ContactFlags? flags = asked.Change.Mask == 0
            ? await journal.FindFlagsAsync(contact, context.RequestAborted)
            : await shards.SetFlagsAsync(tenant.Number, contact, asked.Change, context.RequestAborted);
        if (flags is not { } kept)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
            return;
        }

        await JsonAnswer.WriteAsync(context, 200, (address, kept), static (json, answer) => ContactJson.Write(json, answer.address, answer.kept));
    }

    private sealed record Asked(FlagsChange Change);

    private static Asked Read(JsonFields fields)
    {
        var change = default(FlagsChange);
        Add(fields.Bool("blocked"), static (f, v) => f.WithBlocked(v));
        Add(fields.Bool("restricted"), static (f, v) => f.WithRestricted(v));
        Add(fields.Bool("minor"), static (f, v) => f.WithMinor(v));
        Add(fields.Bool("recording"), static (f, v) => f.WithRecording(State(v)));
        Add(fields.Bool("profiling"), static (f, v) => f.WithProfiling(State(v)));
        Add(fields.Bool("ai"), static (f, v) => f.WithAi(State(v)));
        return new Asked(change);

        void Add(bool? given, Func<ContactFlags, bool, ContactFlags> with)
        {
            if (given is { } value)
            {
                var one = FlagsChange.Of(flags => with(flags, value));
                change = new FlagsChange(change.Mask | one.Mask, change.Value | one.Value);
            }
        }
    }

    private static ConsentState State(bool agreed) => agreed ? ConsentState.Granted : ConsentState.Withdrawn;
}
