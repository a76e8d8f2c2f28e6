using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Usage;

namespace Router.Testing;

/// <summary>
/// <see cref="IJournal"/> in memory, for tests: everything the contract says, with faults on demand. Several journals (silos) may share one
/// <see cref="MemoryStore"/>; epochs fence them from one another (DESIGN §4.2).
/// </summary>
public sealed partial class MemoryJournal : IJournal
{
    private readonly Lock sync = new();
    private readonly IRecordSealer sealer;
    private readonly MemoryJournalOptions options;
    private readonly bool[] underWay = new bool[MessageId.ShardCount];
    private List<JournalPart> queued = [];
    private List<object> reads = [];
    private bool draining;
    private bool dead;

    /// <summary>A journal over <paramref name="store"/> (null: an empty one of its own); <paramref name="sealer"/> opens records.</summary>
    public MemoryJournal(IRecordSealer sealer, MemoryStore? store = null, MemoryJournalOptions? options = null)
    {
        this.sealer = sealer;
        this.options = options ?? new MemoryJournalOptions();
        Store = store ?? new MemoryStore();
        ReadsContactsAtOnce = this.options.ReadsContactsAtOnce;
    }

    /// <summary>What is kept.</summary>
    public MemoryStore Store { get; }

    /// <inheritdoc/>
    public bool Exclusive => options.Exclusive;

    /// <inheritdoc/>
    public string? NotWritableBecause { get; set; }

    /// <inheritdoc/>
    public IEventLog Events => Store.Log;

    /// <inheritdoc/>
    public IUsage Usage => Store.Usage;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken)
    {
        await TakeGate.PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return Store.Take(shards, sealer);
    }

    /// <inheritdoc/>
    public async ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken)
    {
        await RenewGate.PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return Store.Renew(owned);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The owner broke the contract: the message says how.</exception>
    public void Append(JournalPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        Check(part);
        bool start;
        lock (sync)
        {
            if (dead)
            {
                return;
            }

            if (underWay[part.Shard])
            {
                throw new InvalidOperationException($"shard {part.Shard} has a part under way already; at most one is allowed");
            }

            underWay[part.Shard] = true;
            queued.Add(part);
            start = StartsDrainLocked();
        }

        StartDrain(start);
    }

    /// <inheritdoc/>
    public bool ReadContacts(ContactRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (ReadsContactsAtOnce)
        {
            Fill(read);
            return true;
        }

        Enqueue(read);
        return false;
    }

    /// <inheritdoc/>
    public void ReadRecords(RecordRead read) => Enqueue(read);

    /// <inheritdoc/>
    public ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken)
    {
        Store.OpenByRow(items, records, sealer);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) => new(Store.Find(tenant, id, sealer));

    /// <inheritdoc/>
    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => new(Store.List(query, sealer));

    /// <inheritdoc/>
    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) => new(Store.FlagsOf(contact));

    /// <inheritdoc/>
    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) => new(Store.FindConversation(tenant, id));

    /// <inheritdoc/>
    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) => new(Store.ListConversations(query));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) => new(Store.FindUnheard(shard, max));

    /// <inheritdoc/>
    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken) => TakeLookUpFault()
        ? ValueTask.FromException<AwaitedReceipt?>(new JournalUnavailableException("asked to fail"))
        : HoldsLookUps ? Hold(Store.FindAwaited(receiptKey)) : new(Store.FindAwaited(receiptKey));

    internal void Check(JournalPart part)
    {
        string? wrong = part.Outcome != PartOutcome.Pending ? "it was appended before and not cleared" : null;
        foreach (ref readonly AcceptedMessage accepted in part.Accepted.Span)
        {
            bool fits = accepted.SealedLength >= IRecordSealer.Overhead && (uint)accepted.SealedOffset + (uint)accepted.SealedLength <= (uint)part.Sealed.Count;
            wrong ??= !fits ? $"message {accepted.Id}: its sealed record lies outside the part" : null;
            wrong ??= accepted.Id.Shard != part.Shard || accepted.Contact.Shard != part.Shard ? $"message {accepted.Id} or its contact is of another shard" : null;
            wrong ??= accepted.Segments == 0 ? $"message {accepted.Id} has no segments" : null;
            wrong ??= accepted.KeySlot == 0 ? $"message {accepted.Id} has no key slot" : null;
        }

        foreach (ref readonly JournalEntry entry in part.Entries.Span)
        {
            wrong ??= entry.Kind is EntryKind.None || !Enum.IsDefined(entry.Kind) ? $"entry of kind {entry.Kind}" : null;
            bool hasMessage = entry.Kind is EntryKind.Status or EntryKind.SegmentSent or EntryKind.SegmentReceipt or EntryKind.Leaving or EntryKind.PartDone;
            wrong ??= hasMessage && entry.Message.Shard != part.Shard ? $"entry about message {entry.Message}, which is of another shard" : null;
        }

        foreach (ref readonly StoredConversation conversation in part.Conversations.Span)
        {
            wrong ??= conversation.Id.Shard != part.Shard ? $"conversation {conversation.Id} is of another shard" : null;
            wrong ??= !conversation.Found || conversation.Tenant == 0 ? $"conversation {conversation.Id} is not written as found, or has no tenant" : null;
        }

        wrong ??= Store.WhatIsWrong(part);
        if (wrong is not null)
        {
            throw new InvalidOperationException($"part of shard {part.Shard}: {wrong}");
        }
    }

    private void Fill(ContactRead read)
    {
        read.Failed = TakeReadFault();
        if (!read.Failed)
        {
            Store.Fill(read);
        }
    }
}
