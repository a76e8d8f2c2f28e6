using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Testing;

public sealed partial class MemoryStore
{
    internal void Fill(ContactRead read)
    {
        read.Departures.Clear();
        lock (sync)
        {
            foreach (ref StoredContact contact in read.Contacts.Span)
            {
                long fromMs = contact.DeparturesFromMs;
                contact = contacts.TryGetValue(contact.Contact, out StoredContact found) ? found : new StoredContact { Contact = contact.Contact };
                contact.DeparturesFromMs = fromMs;
                contact.DepartureOffset = read.Departures.Count;
                List<long> times = fromMs == 0 ? [] : departures.GetValueOrDefault(contact.Contact, []);
                foreach (long atMs in times.Where(t => t >= fromMs).TakeLast(ContactRead.DeparturesMax))
                {
                    read.Departures.Add(atMs);
                    contact.DepartureCount++;
                    DeparturesRead++;
                }
            }

            foreach (ref StoredConversation conversation in read.Conversations.Span)
            {
                conversation = FindConversation(conversation.Tenant, conversation.Id);
            }
        }
    }

    internal ContactFlags FlagsOf(ContactId contact)
    {
        lock (sync)
        {
            return contacts.TryGetValue(contact, out StoredContact found) ? found.Flags : default;
        }
    }

    internal void Open(RecordRead read, IRecordSealer sealer)
    {
        read.Records.Clear();
        lock (sync)
        {
            foreach (ref StoredRecord item in read.Items.Span)
            {
                OpenLocked(ref item, FindLocked(item.Id), read.Records, sealer);
            }
        }
    }

    internal void OpenByRow(StructList<StoredRecord> items, ByteList records, IRecordSealer sealer)
    {
        lock (sync)
        {
            foreach (ref StoredRecord item in items.Span)
            {
                MemoryMessage? message = FindLocked(item.Id);
                item.KeySlot = message?.Accepted.KeySlot ?? 0;
                OpenLocked(ref item, message?.Accepted.IsPart == true ? null : message, records, sealer);
            }
        }
    }

    internal StoredMessage? Find(int tenant, MessageId id, IRecordSealer sealer)
    {
        lock (sync)
        {
            MemoryMessage? message = FindLocked(id);
            return message is null || message.Accepted.Tenant != tenant || message.Accepted.IsPart ? null : ToStored(message, sealer);
        }
    }

    internal MessagePage List(MessageQuery query, IRecordSealer sealer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200);
        lock (sync)
        {
            SortedSet<ulong>? heads = query.Conversation is { } conversation
                ? headsByContact.GetValueOrDefault(conversation.Contact)
                : headsByTenant.GetValueOrDefault(query.Tenant);
            if (heads is null)
            {
                return new MessagePage([], 0);
            }

            ulong newest = query.BeforeHead == 0 ? ulong.MaxValue : query.BeforeHead - 1;
            int looks = query.Limit * 20;
            var items = new List<StoredMessage>();
            ulong last = 0;
            foreach (ulong head in heads.GetViewBetween(0, newest).Reverse())
            {
                if (items.Count == query.Limit || looks-- == 0)
                {
                    return new MessagePage(items, last);
                }

                last = head;
                MemoryMessage message = messages[head];
                if (message.Accepted.Tenant == query.Tenant
                    && (query.Conversation is null || query.Conversation.Value.Sender == message.Accepted.Sender)
                    && (query.Status == MessageStatus.None || query.Status == message.Status))
                {
                    items.Add(ToStored(message, sealer));
                }
            }

            return new MessagePage(items, 0);
        }
    }

    internal AwaitedReceipt? FindAwaited(ulong receiptKey)
    {
        lock (sync)
        {
            return awaited.TryGetValue(receiptKey, out AwaitedSegment segment) ? ToAwaited(receiptKey, segment) : null;
        }
    }

    private static void OpenLocked(ref StoredRecord item, MemoryMessage? message, ByteList records, IRecordSealer sealer)
    {
        item.Offset = 0;
        item.Length = 0;
        if (message is null || message.Accepted.Tenant != item.Tenant)
        {
            return;
        }

        int length = message.Sealed.Length - IRecordSealer.Overhead;
        int offset = records.Count;
        if (sealer.TryOpen(item.Tenant, item.KeySlot, item.Id, message.Sealed, records.Add(length)))
        {
            item.Offset = offset;
            item.Length = length;
        }
        else
        {
            records.RemoveLast(length);
        }
    }

    private MemoryMessage? FindLocked(in MessageId id) =>
        messages.TryGetValue(id.Head, out MemoryMessage? message) && message.Accepted.Id == id ? message : null;

    private static StoredMessage ToStored(MemoryMessage message, IRecordSealer sealer) =>
        new() { Accepted = message.Accepted, Record = message.Open(sealer), Events = [.. message.Events] };
}
