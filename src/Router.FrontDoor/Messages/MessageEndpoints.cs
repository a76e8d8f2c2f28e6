using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Messages;

/// <summary><c>GET /v1/messages</c>, <c>GET</c> and <c>DELETE /v1/messages/{id}</c> (DESIGN §6): what the journal keeps, overlaid with what the shard knows.</summary>
internal sealed class MessageEndpoints(IShards shards, IJournal journal, IKeyedHash hash, IAdministration administration, MessageOverlay overlay, ShownMessages shownMessages)
{
    private static readonly string StatusWords = string.Join(", ", Enum.GetValues<MessageStatus>().Where(static s => s != MessageStatus.None).Select(WireNames.Of));

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/v1/messages", Permission.TenantRead, ListAsync, "conversation", "status", "after", "limit");
        endpoints.Map("GET", "/v1/messages/{id}", Permission.TenantRead, GetAsync);
        endpoints.Map("DELETE", "/v1/messages/{id}", Permission.TenantSend, CancelAsync);
    }

    private async Task GetAsync(HttpContext context, Tenant tenant)
    {
        if (Id(context) is not { } id || await shownMessages.FindAsync(tenant.Number, id, context.RequestAborted) is not { } found)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        await shownMessages.AnswerAsync(context, found);
    }

    private async Task CancelAsync(HttpContext context, Tenant tenant)
    {
        if (Id(context) is not { } id)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        CancelOutcome outcome = await shards.CancelAsync(tenant.Number, id, context.RequestAborted);
        if (outcome == CancelOutcome.Unavailable)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
            return;
        }

        // The shard forgets what has ended: the journal tells a message that is no more under way from one that never was, or is another tenant's.
        if (await shownMessages.FindAsync(tenant.Number, id, context.RequestAborted) is not { } found)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotFound);
            return;
        }

        // The journal has it waiting, whoever was asked knows nothing of it: he lost its shard a moment ago.
        if (outcome == CancelOutcome.NotFound && found.Status is MessageStatus.Accepted or MessageStatus.Scheduled or MessageStatus.Queued)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.NotKept);
            return;
        }

        // What is cancelled already is answered like the first time: the client may have lost that answer.
        bool cancelled = outcome == CancelOutcome.Cancelled || found.Status == MessageStatus.Cancelled;
        await (cancelled ? shownMessages.AnswerAsync(context, found) : ProblemResponse.WriteAsync(context, KnownProblems.AlreadyLeft(found.Status)));
    }

    private async Task ListAsync(HttpContext context, Tenant tenant)
    {
        if (ReadQuery(context.Request.Query, tenant.Number, out MessageQuery? query, out MessageStatus shown) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        MessagePage page = await journal.ListMessagesAsync(query!, context.RequestAborted);
        var items = new List<ShownMessage>(page.Items.Count);
        foreach (StoredMessage message in page.Items)
        {
            ShownMessage item = await overlay.OfAsync(tenant.Number, message, context.RequestAborted);
            if (shown == MessageStatus.None || shown == item.Status)
            {
                items.Add(item);
            }
        }

        string? next = page.NextBeforeHead == 0 ? null : Cursor.OfList(hash, tenant.Number, page.NextBeforeHead);
        await JsonAnswer.WriteAsync(context, 200, (items, next, administration.Current), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (ShownMessage item in answer.items)
            {
                MessageJson.Write(json, item.Message, item.Status, answer.Current);
            }

            json.WriteEndArray();
            if (answer.next is not null)
            {
                json.WriteString("next"u8, answer.next);
            }

            json.WriteEndObject();
        });
    }

    private Problem? ReadQuery(IQueryCollection given, int tenant, out MessageQuery? query, out MessageStatus shown)
    {
        query = null;
        shown = MessageStatus.None;
        var read = new MessageQuery { Tenant = tenant };
        if (given["conversation"] is [{ } conversationText])
        {
            if (!ConversationId.TryParse(conversationText, out ConversationId conversation))
            {
                return KnownProblems.InvalidParameter("conversation", "is not the id of a conversation");
            }

            read = read with { Conversation = conversation };
        }

        if (given["status"] is [{ } word])
        {
            if (!WireNames.TryParse(System.Text.Encoding.UTF8.GetBytes(word), out shown))
            {
                return KnownProblems.InvalidParameter("status", $"is {Problem.Shown(word)}, not one of {StatusWords}");
            }

            read = read with { Status = AsStored(shown) };
        }

        if (QueryFields.ReadLimit(given, out int limit) is { } wrong)
        {
            return wrong;
        }

        read = read with { Limit = limit };

        if (given["after"] is [{ } after])
        {
            if (!Cursor.TryReadList(hash, tenant, after, out ulong head))
            {
                return KnownProblems.InvalidCursor;
            }

            read = read with { BeforeHead = head };
        }

        query = read;
        return null;
    }

    // Scheduled and sending are known to the shard alone: stored, a scheduled message is accepted, one being sent is accepted or queued.
    private static MessageStatus AsStored(MessageStatus shown) => shown switch
    {
        MessageStatus.Scheduled => MessageStatus.Accepted,
        MessageStatus.Sending => MessageStatus.None,
        _ => shown,
    };

    private static MessageId? Id(HttpContext context) => MessageId.TryParse((string)context.Request.RouteValues["id"]!, out MessageId id) ? id : null;
}
