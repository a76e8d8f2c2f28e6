using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary>A journal that counts takings and fails them on demand.</summary>
internal sealed class CountingJournal(MemoryJournal inner) : IJournal
{
    public MemoryJournal Inner => inner;

    private int takings;

    public int Takings => takings;

    public bool TakingFails { get; set; }

    private int renewals;

    public int Renewals => renewals;

    /// <summary>What the first renewal throws.</summary>
    public Exception? FirstRenewal { get; set; }

    public bool Exclusive => inner.Exclusive;

    public string? NotWritableBecause { get; set; }

    public IEventLog Events => inner.Events;

    public Router.Engine.Usage.IUsage Usage => inner.Usage;

    public ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref takings);
        return TakingFails ? throw new IOException("disk full, says the test") : inner.TakeAsync(shards, cancellationToken);
    }

    public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken) =>
        Interlocked.Increment(ref renewals) == 1 && FirstRenewal is { } fault ? throw fault : inner.RenewAsync(owned, cancellationToken);

    public void Append(JournalPart part) => inner.Append(part);

    public bool ReadContacts(ContactRead read) => inner.ReadContacts(read);

    public void ReadRecords(RecordRead read) => inner.ReadRecords(read);

    public ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken) => inner.OpenRecordsAsync(items, records, cancellationToken);

    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) => inner.FindMessageAsync(tenant, id, cancellationToken);

    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => inner.ListMessagesAsync(query, cancellationToken);

    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) => inner.FindFlagsAsync(contact, cancellationToken);

    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) => inner.FindConversationAsync(tenant, id, cancellationToken);

    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) => inner.ListConversationsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) => inner.FindUnheardAsync(shard, max, cancellationToken);

    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken) => inner.FindAwaitedReceiptAsync(receiptKey, cancellationToken);
}
