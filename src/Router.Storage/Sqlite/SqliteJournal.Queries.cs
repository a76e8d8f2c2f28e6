using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>What people look up.</summary>
internal sealed partial class SqliteJournal
{
    // IJournal.ListMessagesAsync: rows looked at for one page.
    private const int RowsPerItem = 20;

    /// <inheritdoc/>
    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) =>
        Ask(reader => Find(reader, tenant, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(records);
        return new ValueTask(Ask(reader => Open(reader, items, records), cancellationToken).AsTask());
    }

    /// <inheritdoc/>
    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200, nameof(query));
        return Ask(reader => query.Conversation is null ? ListTenant(reader, query) : ListConversation(reader, query, query.Conversation.Value), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken) =>
        Ask(reader => FindAwaited(reader, receiptKey), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) =>
        Ask(reader => reader.Conversations.Find(tenant, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200, nameof(query));
        return Ask(reader => reader.Conversations.List(query), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) =>
        Ask<IReadOnlyList<StoredConversation>>(reader => reader.Conversations.FindUnheard(shard, max), cancellationToken);

    private ValueTask<TAnswer> Ask<TAnswer>(Func<JournalReader, TAnswer> ask, CancellationToken cancellationToken)
    {
        Query<TAnswer> query = new(ask, cancellationToken);
        if (!queries.TryAdd(query))
        {
            query.Refuse(options.Path);
        }

        return new ValueTask<TAnswer>(query.Answer);
    }

    private int Open(JournalReader reader, StructList<StoredRecord> items, ByteList records)
    {
        foreach (ref StoredRecord item in items.Span)
        {
            reader.OpenByRow(ref item, sealer, records);
        }

        return items.Count;
    }

    private StoredMessage? Find(JournalReader reader, int tenant, MessageId id) =>
        reader.TryRead(id.RowKey, sealer, out AcceptedMessage message, out byte[]? record) && message.Id == id && message.Tenant == tenant && !message.IsPart
            ? Compose(reader, message, record)
            : null;

    private StoredMessage Compose(JournalReader reader, in AcceptedMessage message, byte[]? record)
    {
        StructList<EventRow> history = new(8);
        CopyHistory(reader, message.Id.RowKey, history);
        List<StoredEvent> steps = new(history.Count);
        foreach (ref EventRow entry in history.Span)
        {
            if (entry.Kind == EntryKind.Status)
            {
                steps.Add(new StoredEvent(entry.AtMs, entry.Status, entry.Provider, entry.Reason));
            }
        }

        return new StoredMessage { Accepted = message, Record = record, Events = steps };
    }

    // What memory holds and the runs that stood beside it then: whatever is swept meanwhile is neither missed nor seen twice.
    private void CopyHistory(JournalReader reader, long rowKey, StructList<EventRow> history)
    {
        StructList<EventRow> recent = new(8);
        Run[] runs;
        lock (memory.Gate)
        {
            runs = memory.Runs;
            memory.CopyHistory(rowKey, recent);
        }

        foreach (Run run in runs)
        {
            if (run.MayHaveMessage(rowKey))
            {
                reader.Lookups.CopyHistory(run, rowKey, history);
            }
        }

        foreach (ref EventRow entry in recent.Span)
        {
            history.Add(entry);
        }
    }

    // Along the chain of the contact's messages; each row names the one before.
    private MessagePage ListConversation(JournalReader reader, MessageQuery query, ConversationId conversation)
    {
        List<StoredMessage> items = [];
        ulong looked = query.BeforeHead;
        ulong head = FirstHead(reader, query, conversation);
        for (int rows = query.Limit * RowsPerItem; head != 0; rows--)
        {
            if (items.Count == query.Limit || rows == 0)
            {
                return new MessagePage(items, looked);
            }

            if (!reader.TryRead(MessageId.ToRowKey(head), sealer, out AcceptedMessage message, out byte[]? record) || message.Contact != conversation.Contact)
            {
                break;
            }

            // A place that no page of ours ended at is walked to from the newest.
            if (query.BeforeHead == 0 || head < query.BeforeHead)
            {
                looked = head;
                if (message.Tenant == query.Tenant && message.Sender == conversation.Sender && !message.IsPart)
                {
                    AddIfAsked(items, Compose(reader, message, record), query.Status);
                }
            }

            head = message.PreviousHead;
        }

        return new MessagePage(items, 0);
    }

    // The row a page ended at names the one to go on with.
    private ulong FirstHead(JournalReader reader, MessageQuery query, ConversationId conversation)
    {
        if (query.BeforeHead != 0
            && reader.TryRead(MessageId.ToRowKey(query.BeforeHead), out AcceptedMessage last)
            && last.Contact == conversation.Contact)
        {
            return last.PreviousHead;
        }

        return FindContact(reader, conversation.Contact).LastHead;
    }

    private MessagePage ListTenant(JournalReader reader, MessageQuery query)
    {
        List<StoredMessage> items = [];
        using TenantList list = new(memory, reader.Lookups, query.Tenant, query.Status);
        long before = query.BeforeHead == 0 ? long.MaxValue : MessageId.ToRowKey(query.BeforeHead);
        for (int rows = query.Limit * RowsPerItem; ; rows--)
        {
            long rowKey = list.Next(before);
            if (rowKey < 0)
            {
                return new MessagePage(items, 0);
            }

            if (items.Count == query.Limit || rows == 0)
            {
                return new MessagePage(items, MessageId.ToHead(before));
            }

            before = rowKey;
            if (reader.TryRead(rowKey, sealer, out AcceptedMessage message, out byte[]? record) && message.Tenant == query.Tenant)
            {
                AddIfAsked(items, Compose(reader, message, record), query.Status);
            }
        }
    }

    private static void AddIfAsked(List<StoredMessage> items, StoredMessage message, MessageStatus status)
    {
        if (status == MessageStatus.None || (message.Events.Count > 0 && message.Events[^1].Status == status))
        {
            items.Add(message);
        }
    }

    private AwaitedReceipt? FindAwaited(JournalReader reader, ulong receiptKey)
    {
        Run[] runs;
        bool found;
        ReceiptRow receipt;
        lock (memory.Gate)
        {
            runs = memory.Runs;
            found = memory.TryFindReceipt(receiptKey, out receipt);
        }

        for (int i = runs.Length - 1; i >= 0 && !found; i--)
        {
            found = runs[i].MayHaveReceipt(receiptKey) && reader.Lookups.TryFindReceipt(runs[i], receiptKey, out receipt);
        }

        return found && reader.TryRead(receipt.RowKey, out AcceptedMessage message) ? Awaited(reader, receipt, message) : null;
    }

    private AwaitedReceipt Awaited(JournalReader reader, in ReceiptRow receipt, in AcceptedMessage message)
    {
        StructList<EventRow> history = new(8);
        CopyHistory(reader, receipt.RowKey, history);
        MessageStatus status = MessageStatus.None;
        byte[]? delivered = null;
        foreach (ref EventRow entry in history.Span)
        {
            if (entry.Kind == EntryKind.Status)
            {
                status = entry.Status;
            }
            else if (entry.Kind == EntryKind.SegmentReceipt && entry.Status is MessageStatus.Delivered or MessageStatus.Read)
            {
                delivered = SegmentBits.With(delivered, entry.Segment);
            }
        }

        return Awaited(receipt, message, status, delivered);
    }

    private static AwaitedReceipt Awaited(in ReceiptRow receipt, in AcceptedMessage message, MessageStatus status, byte[]? delivered) => new()
    {
        ReceiptKey = receipt.ReceiptKey,
        Message = message.Id,
        Contact = message.Contact,
        Sender = message.Sender,
        Tenant = message.Tenant,
        Segment = receipt.Segment,
        Scope = receipt.Scope,
        Provider = receipt.Provider,
        Segments = message.Segments,
        HasReference = message.HasReference,
        Status = status,
        ValidUntilMs = message.ValidUntilMs,
        SegmentsDelivered = SegmentBits.Sized(delivered, message.Segments),
    };
}
