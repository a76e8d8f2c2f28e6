using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Messages;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary>
/// <c>/admin/deadletters</c>: messages from end users for which nobody was found, and trying them again (DESIGN §6). Who sent one and what it says is for operators, not for support. Cold.
/// </summary>
internal sealed class DeadLetterEndpoints(IJournal journal, IKeyedHash hash, IDeadLetters letters, IEnumerable<IRecordReplay> records, IAdministration administration, Doorkeeper doorkeeper)
{
    private const int BodyBytesMax = 64 * 1024;
    private const int IdsMax = 1_000;

    // Of one call without ids; asked again, it goes on.
    private const int ReplayMax = 10_000;

    // Nobody's messages: see AcceptedMessage.FirstStatus.
    private const int Nobody = 0;
    private const MessageStatus Waiting = MessageStatus.Undelivered;

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/admin/deadletters", Permission.OperatorRead, ListAsync, "after", "limit");
        endpoints.Map("POST", "/admin/deadletters/replay", Permission.OperatorManage, ReplayAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        if (ReadQuery(context.Request.Query, out MessageQuery query) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        MessagePage page = await journal.ListMessagesAsync(query, context.RequestAborted);
        string? next = page.NextBeforeHead == 0 ? null : Cursor.OfList(hash, Nobody, page.NextBeforeHead);
        bool showsContent = doorkeeper.Admit(context, Permission.OperatorManage, out _) is null;
        await JsonAnswer.WriteAsync(context, 200, (page.Items, next, administration.Current, showsContent), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (StoredMessage letter in answer.Items)
            {
                Write(json, letter, answer.Current, answer.showsContent);
            }

            json.WriteEndArray();
            if (answer.next is not null)
            {
                json.WriteString("next"u8, answer.next);
            }

            json.WriteEndObject();
        });
    }

    private async Task ReplayAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context, BodyBytesMax, static fields => new ReplayBody(fields.Texts("ids"))) is not { } body)
        {
            return;
        }

        List<StoredMessage> asked = [];
        if (body.Ids is not null && await FindAsync(body.Ids, asked, context.RequestAborted) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        (int replayed, int left) = body.Ids is null ? await ReplayAllAsync(context.RequestAborted) : await ReplayAsync(asked);
        await JsonAnswer.WriteAsync(context, 200, (replayed, left), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteNumber("replayed"u8, answer.replayed);
            json.WriteNumber("left"u8, answer.left);
            json.WriteEndObject();
        });
    }

    private Problem? ReadQuery(IQueryCollection given, out MessageQuery query)
    {
        query = new MessageQuery { Tenant = Nobody, Status = Waiting };
        if (QueryFields.ReadLimit(given, out int limit) is { } wrong)
        {
            return wrong;
        }

        query = query with { Limit = limit };

        if (given["after"] is [{ } after])
        {
            if (!Cursor.TryReadList(hash, Nobody, after, out ulong head))
            {
                return KnownProblems.InvalidCursor;
            }

            query = query with { BeforeHead = head };
        }

        return null;
    }

    private async Task<Problem?> FindAsync(IReadOnlyList<string> ids, List<StoredMessage> found, CancellationToken cancellationToken)
    {
        if (ids.Count > IdsMax)
        {
            return KnownProblems.InvalidValue("ids", $"has {ids.Count} ids: at most {IdsMax}");
        }

        for (int i = 0; i < ids.Count; i++)
        {
            StoredMessage? letter = MessageId.TryParse(ids[i], out MessageId id) ? await journal.FindMessageAsync(Nobody, id, cancellationToken) : null;
            if (letter is null)
            {
                return KnownProblems.InvalidValue(string.Create(CultureInfo.InvariantCulture, $"ids[{i}]"), "is the id of no dead letter");
            }

            if (MessageJson.LastStatus(letter) == Waiting)
            {
                found.Add(letter);
            }
        }

        return null;
    }

    private async Task<(int Replayed, int Left)> ReplayAllAsync(CancellationToken cancellationToken)
    {
        var query = new MessageQuery { Tenant = Nobody, Status = Waiting, Limit = QueryFields.LimitMax };
        int replayed = 0;
        int left = 0;
        do
        {
            MessagePage page = await journal.ListMessagesAsync(query, cancellationToken);
            (int moreReplayed, int moreLeft) = await ReplayAsync(page.Items);
            replayed += moreReplayed;
            left += moreLeft;
            query = query with { BeforeHead = page.NextBeforeHead };
        }
        while (query.BeforeHead != 0 && replayed + left < ReplayMax);
        return (replayed, left);
    }

    private async Task<(int Replayed, int Left)> ReplayAsync(IReadOnlyList<StoredMessage> some)
    {
        bool[] replayed = await Task.WhenAll(some.Select(letter => ReplayOneAsync(letter)));
        int count = replayed.Count(static r => r);
        return (count, some.Count - count);
    }

    private async Task<bool> ReplayOneAsync(StoredMessage letter)
    {
        if (letter.Record is null || DeadRecord.Read(MessageRecord.Read(letter.Record)) is not { } record)
        {
            return await letters.ReplayAsync(letter);
        }

        return records.FirstOrDefault() is { } replay && await replay.ReplayAsync(record, CancellationToken.None) && await letters.EndAsync(letter);
    }

    private static void Write(Utf8JsonWriter json, StoredMessage letter, Configuration configuration, bool showsContent)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, letter.Accepted.Id.ToString());
        json.WriteString("at"u8, MessageJson.Rfc3339(letter.Accepted.AcceptedAtMs));
        if (letter.Record is not null && DeadRecord.Read(MessageRecord.Read(letter.Record)) is { } dead)
        {
            Write(json, dead, showsContent);
            return;
        }

        json.WriteString("reason"u8, "unknown_number"u8);
        json.WriteString("channel"u8, WireNames.Of(letter.Accepted.Channel));
        if (letter.Events is [{ Provider: var number }, ..] && configuration.FindProvider(number) is { } provider)
        {
            json.WriteString("provider"u8, provider.Name);
        }

        if (letter.Record is null)
        {
            json.WriteBoolean("erased"u8, true);
        }
        else
        {
            MessageRecord record = MessageRecord.Read(letter.Record);
            json.WriteString("to"u8, record.From);
            if (showsContent)
            {
                MessageJson.WriteContact(json, "from"u8, record);
                MessageJson.WriteContent(json, record);
            }
        }

        json.WriteEndObject();
    }

    // A record of a channel stream: where it was read, and for who may see content, what it says.
    private static void Write(Utf8JsonWriter json, DeadRecord record, bool showsContent)
    {
        json.WriteString("reason"u8, record.Reason);
        json.WriteString("topic"u8, record.Topic);
        json.WriteNumber("partition"u8, record.Partition);
        json.WriteNumber("offset"u8, record.Offset);
        if (showsContent)
        {
            json.WriteString("value"u8, record.ValueAsText());
        }

        json.WriteEndObject();
    }

    private sealed record ReplayBody(IReadOnlyList<string>? Ids);
}
