using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <summary>The way into the shards' owners, wherever they live: straight into the queue of a local one, by a call to another silo's.</summary>
public interface IShards
{
    /// <summary>Queues a message for its shard. Never blocks.</summary>
    Intake TryAccept(AcceptRequest request);

    /// <summary>Ends once the shard's queue may have room again, or its owner changed.</summary>
    ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken);

    /// <summary>Changes flags; answered once kept and once no release of that contact is open (DESIGN §3). Null: not kept, try again.</summary>
    ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a conversation of <paramref name="tenant"/>, which the caller knows to exist; answered once kept, with the facts since. Null: not kept, try again. <see cref="StoredConversation.KeySlot"/>
    /// 0: its contact was erased; then it was neither assigned nor touched.
    /// </summary>
    ValueTask<StoredConversation?> ChangeConversationAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken);

    /// <summary>Cancels a message of <paramref name="tenant"/>; answered once it is certain.</summary>
    ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken);

    /// <summary>
    /// Ends with true once the verdict about a message under way is known (released, deferred, told to wait, ended), when nothing is known of it, or when too many are watched;
    /// with false when <paramref name="limit"/> is over.
    /// </summary>
    ValueTask<bool> WatchAsync(int tenant, MessageId id, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Messages of a tenant that wait, as <c>limits.waiting</c> counts them here. May be a moment old.</summary>
    long WaitingOf(int tenant);

    /// <summary>Looks at a message under way.</summary>
    ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels what waits and matches <paramref name="filter"/>, in all shards; answered with how many once that is kept. Messages with a provider settle as they do; those accepted later are
    /// not meant. Null: not all shards could; what was cancelled stays so, ask again.
    /// </summary>
    ValueTask<long?> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken);

    /// <summary>What waits and matches <paramref name="filter"/>.</summary>
    ValueTask<QueueLook> QueuesAsync(PurgeFilter filter, CancellationToken cancellationToken);
}
