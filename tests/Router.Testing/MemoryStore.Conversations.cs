using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public sealed partial class MemoryStore
{
    /// <summary>Every conversation kept.</summary>
    public IReadOnlyList<StoredConversation> Conversations()
    {
        lock (sync)
        {
            return [.. conversations.Values];
        }
    }

    internal StoredConversation FindConversation(int tenant, in ConversationId id)
    {
        lock (sync)
        {
            return conversations.TryGetValue((tenant, id), out StoredConversation found) ? found : new StoredConversation { Tenant = tenant, Id = id };
        }
    }

    internal ConversationPage ListConversations(ConversationQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200);
        lock (sync)
        {
            StoredConversation[] found = [.. conversations.Values
                .Where(c => c.Tenant == query.Tenant
                    && (query.State == ConversationState.None || query.State == c.Facts.State)
                    && (query.Agent == 0 || query.Agent == c.Facts.Agent)
                    && (query.BeforeHead == 0 || c.Facts.ActiveHead < query.BeforeHead))
                .OrderByDescending(static c => c.Facts.ActiveHead)
                .Take(query.Limit + 1)];
            return found.Length > query.Limit
                ? new ConversationPage(found[..query.Limit], found[query.Limit - 1].Facts.ActiveHead)
                : new ConversationPage(found, 0);
        }
    }

    internal IReadOnlyList<StoredConversation> FindUnheard(int shard, int max)
    {
        lock (sync)
        {
            return [.. conversations.Values.Where(c => c.Id.Shard == shard && c.Facts.IsUnheard).OrderBy(static c => c.Facts.ActiveHead).Take(max)];
        }
    }
}
