using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Messages;

/// <summary>A message as kept, and its status as its shard knows it now.</summary>
internal sealed record ShownMessage(StoredMessage Message, MessageStatus Status);

/// <summary>Messages as people see them: what the journal keeps, overlaid with what the shard knows. No state.</summary>
internal sealed class ShownMessages(IShards shards, IJournal journal, IAdministration administration)
{
    /// <summary>A tenant's message; null: it has none such.</summary>
    internal async ValueTask<ShownMessage?> FindAsync(int tenant, MessageId id, CancellationToken cancellationToken) =>
        await journal.FindMessageAsync(tenant, id, cancellationToken) is { } message ? await OverlayAsync(tenant, message, cancellationToken) : null;

    /// <summary>Adds what the shard knows.</summary>
    internal async ValueTask<ShownMessage> OverlayAsync(int tenant, StoredMessage message, CancellationToken cancellationToken)
    {
        MessageStatus stored = MessageJson.LastStatus(message);
        if (MessageJson.HasLeft(stored))
        {
            return new ShownMessage(message, stored);
        }

        LiveMessage live = await shards.PeekAsync(tenant, message.Accepted.Id, cancellationToken);
        if (live.Found)
        {
            return new ShownMessage(message, live.Status);
        }

        // It ended between the two looks, or its shard has no owner just now: what is kept by now is the answer.
        StoredMessage again = await journal.FindMessageAsync(tenant, message.Accepted.Id, cancellationToken) ?? message;
        return new ShownMessage(again, MessageJson.LastStatus(again));
    }

    /// <summary>Answers 200 with it.</summary>
    internal Task AnswerAsync(HttpContext context, ShownMessage found) => JsonAnswer.WriteAsync(context, 200, (found, administration.Current), static (json, answer) =>
        MessageJson.Write(json, answer.found.Message, answer.found.Status, answer.Current));
}
