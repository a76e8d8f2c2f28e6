using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.FrontDoor.Messages;

/// <summary>What the journal keeps of a message, overlaid with what its shard knows: scheduled and sending are known to the shard alone.</summary>
internal sealed class MessageOverlay(IShards shards, IJournal journal)
{
    /// <summary>The message as it stands now.</summary>
    internal async ValueTask<ShownMessage> OfAsync(int tenant, StoredMessage message, CancellationToken cancellationToken)
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
}
