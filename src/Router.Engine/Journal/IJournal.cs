using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>
/// Port: what was accepted and what became of it. One instance a silo; every member may be called from any thread.
/// Implementations: SQLite, a store in memory for tests; later PostgreSQL. A contract suite runs against each.
/// </summary>
public interface IJournal
{
    /// <summary>True when no other process can hold the storage (a folder's lock): then epochs need no waiting and no renewal.</summary>
    bool Exclusive { get; }

    /// <summary>Why nothing can be kept now, for people, with the remedy: the last commit failed and none has been made since. Null: it can. Told on <c>/readyz</c>.</summary>
    string? NotWritableBecause { get; }

    /// <summary>
    /// Takes the next epoch of each shard, waits for the writes of older epochs, and reads what is unfinished: for all of them in one pass.
    /// </summary>
    ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken);

    /// <summary>Writes nothing but proves that the epochs still hold; answers for each whether it does (DESIGN §3, frozen owner).</summary>
    ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken);

    /// <summary>
    /// Queues <paramref name="part"/> for the next commit. Never blocks, never throws for the store's faults; <see cref="JournalPart.Client"/> is told once
    /// the commit's fate is known, from a thread of the journal's. A shard has at most one part under way.
    /// </summary>
    void Append(JournalPart part);

    /// <summary>Fills <paramref name="read"/>, then tells its client; true when it was filled at once and the client is not told.</summary>
    bool ReadContacts(ContactRead read);

    /// <summary>Fetches and opens records that are no longer in memory, then tells its client.</summary>
    void ReadRecords(RecordRead read);

    /// <summary>
    /// Opens messages' records by what their rows say of their keys: of each item the message and the tenant are told. Length 0: this tenant has none such, or its key was destroyed. Once it has ended, well or not,
    /// <paramref name="items"/> and <paramref name="records"/> are the caller's again.
    /// </summary>
    /// <exception cref="JournalUnavailableException">Storage cannot answer.</exception>
    ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken);

    /// <summary>A message with its events; null when this tenant has none such.</summary>
    /// <exception cref="JournalUnavailableException">Thrown by this query and those below when storage cannot answer.</exception>
    ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken);

    /// <summary>A page of messages, the newest first. Never reads more than <see cref="MessageQuery.Limit"/> × 20 rows of storage: a page may be short and still have a next.</summary>
    ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken);

    /// <summary>Flags of a contact; default for one never seen.</summary>
    ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken);

    /// <summary>A conversation of <paramref name="tenant"/>; not found for one that has no row, or is another tenant's.</summary>
    ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken);

    /// <summary>A page of conversations that have a row, the newest activity first.</summary>
    ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken);

    /// <summary>Conversations of <paramref name="shard"/> whose grain has not heard of their last inbound message, those waiting longest first; without assignees' names.</summary>
    ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken);

    /// <summary>Finds who awaits a receipt that the index in memory does not know (any more).</summary>
    ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken);

    /// <summary>What it tells people of itself; zeros where it counts nothing.</summary>
    JournalFigures Figures => default;

    /// <summary>The log of status changes, which is the event log.</summary>
    IEventLog Events { get; }

    /// <summary>What tenants have used, counted from the log.</summary>
    Usage.IUsage Usage { get; }
}
