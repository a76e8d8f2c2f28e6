using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.FrontDoor.Conversations;

/// <summary>
/// Finds conversations: by their row, and by their messages, because one that only went out has no row. What another tenant's is, is found by neither. Nothing is woken for an id that
/// stands for nothing.
/// </summary>
internal sealed class ConversationLookup(IJournal journal)
{
    // A contact written to by many senders: so many pages of its messages are looked through, of 20 rows an item each.
    private const int PagesMax = 5;

    /// <summary>The conversation with up to <paramref name="messages"/> of its messages, the newest first; null: this tenant has none such.</summary>
    internal async ValueTask<FoundConversation?> FindAsync(int tenant, ConversationId id, int messages, CancellationToken cancellationToken)
    {
        StoredConversation stored = await journal.FindConversationAsync(tenant, id, cancellationToken);
        IReadOnlyList<StoredMessage> found = await MessagesAsync(tenant, id, messages, cancellationToken);
        return stored.Found || found.Count > 0 ? new FoundConversation(stored, found) : null;
    }

    /// <summary>The last message of a conversation, if it is among the contact's last 20; for lists.</summary>
    internal async ValueTask<IReadOnlyList<StoredMessage>> LastMessageAsync(int tenant, ConversationId id, CancellationToken cancellationToken) =>
        (await journal.ListMessagesAsync(new MessageQuery { Tenant = tenant, Conversation = id, Limit = 1 }, cancellationToken)).Items;

    private async ValueTask<IReadOnlyList<StoredMessage>> MessagesAsync(int tenant, ConversationId id, int count, CancellationToken cancellationToken)
    {
        var query = new MessageQuery { Tenant = tenant, Conversation = id, Limit = count };
        MessagePage page = await journal.ListMessagesAsync(query, cancellationToken);
        if (page.NextBeforeHead == 0 || page.Items.Count == count)
        {
            return page.Items;
        }

        var found = new List<StoredMessage>(page.Items);
        for (int pages = 1; pages < PagesMax && found.Count < count && page.NextBeforeHead != 0; pages++)
        {
            page = await journal.ListMessagesAsync(query with { BeforeHead = page.NextBeforeHead }, cancellationToken);
            found.AddRange(page.Items.Take(count - found.Count));
        }

        return found;
    }
}
