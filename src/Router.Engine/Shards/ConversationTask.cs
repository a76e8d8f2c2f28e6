using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <summary>A change of a conversation on its way through a shard.</summary>
internal sealed class ConversationTask(int tenant, ConversationId id, ConversationChange change)
{
    public readonly int Tenant = tenant;
    public readonly ConversationId Id = id;
    public readonly ConversationChange Change = change;
    public readonly TaskCompletionSource<StoredConversation?> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public StoredConversation Kept;
}
