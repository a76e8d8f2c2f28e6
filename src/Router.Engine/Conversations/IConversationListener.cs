using Router.Core.Messages;

namespace Router.Engine.Conversations;

/// <summary>Port: who must hear of a conversation's inbound messages (its grain). Called by shards' owners, which never wait for it.</summary>
public interface IConversationListener
{
    /// <summary>
    /// An inbound message is kept. True: heard, and not told again. False: told again later. Never throws. At least once, and of several messages perhaps only the last: who hears looks at
    /// the facts.
    /// </summary>
    /// <param name="tenant">The tenant's number.</param>
    /// <param name="conversation">The conversation.</param>
    /// <param name="head">Head of the message, or of a later one.</param>
    ValueTask<bool> HearAsync(int tenant, ConversationId conversation, ulong head);
}
