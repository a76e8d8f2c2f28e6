using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.FrontDoor.Accepting;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Messages;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;
using Router.Grains.Conversations;

namespace Router.FrontDoor.Conversations;

/// <summary><c>/v1/conversations…</c> (DESIGN §6): lists by the journal, the rest through the conversation's grain; a reply goes the way of every message.</summary>
internal sealed class ConversationEndpoints(
    IConversations conversations, ConversationLookup lookup, IJournal journal, IKeyedHash hash, IAdministration administration, MessageOverlay overlay, AcceptEndpoints accepting,
    TimeProvider time)
{
    private const int MessagesShown = 20;

    // A note of 4,000 characters, each of them six bytes (\uXXXX), and its field.
    private const int BodyBytesMax = 32 * 1024;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/v1/conversations", Permission.TenantRead, ListAsync, "state", "assignee", "after", "limit");
        endpoints.Map("GET", "/v1/conversations/{id}", Permission.TenantRead, GetAsync);
        endpoints.Map("POST", "/v1/conversations/{id}/messages", Permission.TenantSend, ReplyAsync);
        endpoints.Map("POST", "/v1/conversations/{id}/assign", Permission.TenantServe, AssignAsync);
        endpoints.Map("POST", "/v1/conversations/{id}/close", Permission.TenantServe, (HttpContext context, Tenant tenant) => ChangeAsync(context, tenant, ConversationChange.Close));
        endpoints.Map("POST", "/v1/conversations/{id}/reopen", Permission.TenantServe, (HttpContext context, Tenant tenant) => ChangeAsync(context, tenant, ConversationChange.Reopen));
        endpoints.Map("POST", "/v1/conversations/{id}/notes", Permission.TenantServe, AddNoteAsync);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task ListAsync(HttpContext context, Tenant tenant)
    {
        if (ReadQuery(context.Request.Query, tenant.Number, out ConversationQuery query) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        ConversationPage page = await journal.ListConversationsAsync(query, context.RequestAborted);
        var items = new List<FoundConversation>(page.Items.Count);
        foreach (StoredConversation stored in page.Items)
        {
            items.Add(new FoundConversation(stored, await lookup.LastMessageAsync(tenant.Number, stored.Id, context.RequestAborted)));
        }

        string? next = page.NextBeforeHead == 0 ? null : Cursor.OfConversations(hash, tenant.Number, page.NextBeforeHead);
        await JsonAnswer.WriteAsync(context, 200, (items, next, NowMs), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            answer.items.ForEach(item => ConversationJson.Write(json, item, answer.NowMs));
            json.WriteEndArray();
            if (answer.next is not null)
            {
                json.WriteString("next"u8, answer.next);
            }

            json.WriteEndObject();
        });
    }

    private async Task GetAsync(HttpContext context, Caller caller)
    {
        Tenant tenant = caller.Tenant!;
        if (await FindAsync(context, tenant, MessagesShown) is not { } found)
        {
            return;
        }

        // Who may answer has read what he looks at; an auditor has not.
        bool counts = caller.Role.Allows(Permission.TenantSend);
        ConversationView view = await conversations.LookAsync(tenant.Number, found.Id, counts, caller.Key.Name, context.RequestAborted);
        ContactFlags flags = await journal.FindFlagsAsync(found.Id.Contact, context.RequestAborted);
        var messages = new List<ShownMessage>(found.Messages.Count);
        foreach (StoredMessage message in found.Messages)
        {
            messages.Add(await overlay.OfAsync(tenant.Number, message, context.RequestAborted));
        }

        await JsonAnswer.WriteAsync(context, 200, (found, view, flags, messages, administration.Current, NowMs), static (json, answer) =>
            ConversationJson.Write(json, answer.found, answer.view, answer.flags, answer.messages, answer.Current, answer.NowMs));
    }

    private async Task ReplyAsync(HttpContext context, Tenant tenant)
    {
        if (!MediaTypes.IsJson(context.Request))
        {
            await ProblemResponse.WriteAsync(context, MediaTypes.Refusal(context.Request, MediaTypes.Json));
            return;
        }

        if (await FindAsync(context, tenant, MessagesShown) is not { } found)
        {
            return;
        }

        ArrayBufferWriter<byte>? body = await JsonBody.ReadBytesAsync(context, MessageDecoder.BodyBytesMax);
        byte[] made = [];
        Problem? problem = body is null ? KnownProblems.BodyTooLarge(MessageDecoder.BodyBytesMax)
            : found.Record is not { } record ? (found.IsErased ? KnownProblems.ContactErased : KnownProblems.NotFound)
            : ReplyBody.TryMake(body.WrittenSpan, record, out made);
        await (problem is null ? accepting.PostMadeAsync(context, tenant, made, withoutSender: found.Id.Sender == 0) : ProblemResponse.WriteAsync(context, problem));
    }

    private async Task AssignAsync(HttpContext context, Tenant tenant)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, ReadAgent) is not { } asked)
        {
            return;
        }

        ConversationChange change = asked.Agent is { } agent
            ? ConversationChange.Assign(hash.Agent(tenant.Number, Encoding.UTF8.GetBytes(agent)), agent)
            : ConversationChange.Unassign;
        await ChangeAsync(context, tenant, change);
    }

    private async Task AddNoteAsync(HttpContext context, Caller caller)
    {
        Tenant tenant = caller.Tenant!;
        if (await JsonBody.ReadAsync(context, BodyBytesMax, ReadNote) is not { } text || await FindAsync(context, tenant, 1) is not { } found)
        {
            return;
        }

        switch (await conversations.AddNoteAsync(tenant.Number, found.Id, text, caller.Key.Name, context.RequestAborted))
        {
            case NoteOutcome.Kept:
                context.Response.StatusCode = 204;
                break;
            case NoteOutcome.Erased:
                await ProblemResponse.WriteAsync(context, KnownProblems.ContactErased);
                break;
            default:
                await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
                break;
        }
    }

    private async Task ChangeAsync(HttpContext context, Tenant tenant, ConversationChange change)
    {
        if (await FindAsync(context, tenant, 1) is not { } found)
        {
            return;
        }

        if (await conversations.ChangeAsync(tenant.Number, found.Id, change, context.RequestAborted) is not { } stored)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
            return;
        }

        if (stored.KeySlot == 0 && change.Act == ConversationAct.Assign)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.ContactErased);
            return;
        }

        await JsonAnswer.WriteAsync(context, 200, (Found: found with { Stored = stored }, NowMs), static (json, answer) => ConversationJson.Write(json, answer.Found, answer.NowMs));
    }

    // Null: 404 is the answer already.
    private async ValueTask<FoundConversation?> FindAsync(HttpContext context, Tenant tenant, int messages)
    {
        FoundConversation? found = ConversationId.TryParse((string)context.Request.RouteValues["id"]!, out ConversationId id)
            ? await lookup.FindAsync(tenant.Number, id, messages, context.RequestAborted)
            : null;
        if (found is null)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
        }

        return found;
    }

    private Problem? ReadQuery(IQueryCollection given, int tenant, out ConversationQuery query)
    {
        query = new ConversationQuery { Tenant = tenant };
        if (given["state"] is [{ } word])
        {
            ConversationState state = word switch { "open" => ConversationState.Open, "closed" => ConversationState.Closed, _ => ConversationState.None };
            if (state == ConversationState.None)
            {
                return KnownProblems.InvalidParameter("state", $"is {Problem.Shown(word)}, not one of open, closed");
            }

            query = query with { State = state };
        }

        if (given["assignee"] is [{ } agent])
        {
            if (!IsAgent(agent))
            {
                return KnownProblems.InvalidParameter("assignee", $"is not {AgentRule}");
            }

            query = query with { Agent = hash.Agent(tenant, Encoding.UTF8.GetBytes(agent)) };
        }

        if (QueryFields.ReadLimit(given, out int limit) is { } wrong)
        {
            return wrong;
        }

        query = query with { Limit = limit };

        if (given["after"] is [{ } after])
        {
            if (!Cursor.TryReadConversations(hash, tenant, after, out ulong head))
            {
                return KnownProblems.InvalidCursor;
            }

            query = query with { BeforeHead = head };
        }

        return null;
    }

    private sealed record Assignment(string? Agent);

    private static readonly string AgentRule = $"1 to {ConversationChange.AssigneeLengthMax} characters without control characters";

    private static bool IsAgent(string agent) => agent.Length is >= 1 and <= ConversationChange.AssigneeLengthMax && !agent.Any(char.IsControl);

    private static Assignment ReadAgent(JsonFields fields)
    {
        string? agent = fields.RequiredTextOrNull("agent");
        if (agent is not null && !IsAgent(agent))
        {
            fields.Refuse(KnownProblems.InvalidValue("agent", $"has {agent.Length} characters or control characters; give {AgentRule}, or null for nobody"));
        }

        return new Assignment(agent);
    }

    private static string ReadNote(JsonFields fields)
    {
        string text = fields.RequiredText("text");
        if (text.Length is 0 or > ConversationNote.TextLengthMax)
        {
            fields.Refuse(KnownProblems.InvalidValue("text", $"has {text.Length} characters; give 1 to {ConversationNote.TextLengthMax}"));
        }

        return text;
    }
}
