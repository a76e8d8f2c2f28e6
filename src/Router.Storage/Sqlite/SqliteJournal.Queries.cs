using Router.Core.Messages;
using Router.Engine.Journal;
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

    private ValueTask<TAnswer> Ask<TAnswer>(Func<JournalReader, TAnswer> ask, CancellationToken cancellationToken)
    {
        Query<TAnswer> query = new(ask, cancellationToken);
        if (!queries.TryAdd(query))
        {
            query.Refuse(options.Path);
        }

        return new ValueTask<TAnswer>(query.Answer);
    }

    private StoredMessage? Find(JournalReader reader, int tenant, MessageId id) =>
        reader.TryRead(id.RowKey, sealer, out AcceptedMessage message, out byte[]? record) && message.Id == id && message.Tenant == tenant
            ? Compose(message, record)
            : null;

    private StoredMessage Compose(in AcceptedMessage message, byte[]? record)
    {
        StructList<EventRow> history = new(8);
        lock (memory.Gate)
        {
            memory.CopyHistory(message.Id.RowKey, history);
        }

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
                if (message.Tenant == query.Tenant && message.Sender == conversation.Sender)
                {
                    AddIfAsked(items, Compose(message, record), query.Status);
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

        StoredContact contact = new() { Contact = conversation.Contact };
        lock (memory.Gate)
        {
            memory.Overlay(ref contact);
        }

        return contact.LastHead;
    }

    private MessagePage ListTenant(JournalReader reader, MessageQuery query)
    {
        List<StoredMessage> items = [];
        long before = query.BeforeHead == 0 ? long.MaxValue : MessageId.ToRowKey(query.BeforeHead);
        for (int rows = query.Limit * RowsPerItem; ; rows--)
        {
            long rowKey = NextOfTenant(query, before);
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
                AddIfAsked(items, Compose(message, record), query.Status);
            }
        }
    }

    private long NextOfTenant(MessageQuery query, long before)
    {
        long next = -1;
        lock (memory.Gate)
        {
            foreach (Generation generation in memory.Generations)
            {
                if (generation.FindTenant(query.Tenant) is not { } messages)
                {
                    continue;
                }

                int place = messages.CountBelow(before) - 1;
                if (place >= 0)
                {
                    next = Math.Max(next, messages[place].RowKey);
                }
            }
        }

        return next;
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
        ReceiptRow receipt;
        MessageStatus status;
        byte[]? delivered;
        lock (memory.Gate)
        {
            if (!memory.TryFindReceipt(receiptKey, out receipt))
            {
                return null;
            }

            (status, delivered) = memory.StateOf(receipt.RowKey);
        }

        return reader.TryRead(receipt.RowKey, out AcceptedMessage message) ? Awaited(receipt, message, status, delivered) : null;
    }

    private static AwaitedReceipt Awaited(in ReceiptRow receipt, in AcceptedMessage message, MessageStatus status, byte[]? delivered) => new()
    {
        ReceiptKey = receipt.ReceiptKey,
        Message = message.Id,
        Contact = message.Contact,
        Sender = message.Sender,
        Tenant = message.Tenant,
        Segment = receipt.Segment,
        Provider = receipt.Provider,
        Segments = message.Segments,
        HasReference = message.HasReference,
        Status = status,
        ValidUntilMs = message.ValidUntilMs,
        SegmentsDelivered = SegmentBits.Sized(delivered, message.Segments),
    };
}
