using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Usage;

namespace Router.LoadTest.Kafka;

/// <summary>
/// Says of every part that it is kept, and keeps nothing: no contact was ever seen, no key ever used. Its events are in <see cref="UnkeptEvents"/> until they were read. Epochs and all else are
/// the journal's beneath. One thread tells, as that of a real one does.
/// </summary>
internal sealed class UnkeptJournal : IJournal, IDisposable
{
    private readonly IJournal beneath;
    private readonly UnkeptEvents events = new();
    private readonly Lock gate = new();
    private readonly AutoResetEvent more = new(false);
    private readonly Thread thread;
    private List<JournalPart> waiting = [];
    private volatile bool stopping;

    internal UnkeptJournal(IJournal beneath)
    {
        this.beneath = beneath;
        thread = new Thread(Run) { Name = "keeps nothing", IsBackground = true };
        thread.Start();
    }

    public bool Exclusive => beneath.Exclusive;

    public string? NotWritableBecause => null;

    public IEventLog Events => events;

    public IUsage Usage => beneath.Usage;

    public void Append(JournalPart part)
    {
        lock (gate)
        {
            waiting.Add(part);
        }

        more.Set();
    }

    public bool ReadContacts(ContactRead read)
    {
        if (read.Conversations.Count > 0)
        {
            return beneath.ReadContacts(read);
        }

        read.Failed = false;
        read.Departures.Clear();
        foreach (ref StoredContact contact in read.Contacts.Span)
        {
            contact = new StoredContact { Contact = contact.Contact, DeparturesFromMs = contact.DeparturesFromMs };
        }

        return true;
    }

    public void ReadRecords(RecordRead read)
    {
        read.Failed = true;
        read.Client.RecordsRead(read);
    }

    public ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken) => beneath.TakeAsync(shards, cancellationToken);

    public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken) => beneath.RenewAsync(owned, cancellationToken);

    public ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken) => beneath.OpenRecordsAsync(items, records, cancellationToken);

    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) => beneath.FindMessageAsync(tenant, id, cancellationToken);

    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => beneath.ListMessagesAsync(query, cancellationToken);

    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) => beneath.FindFlagsAsync(contact, cancellationToken);

    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) => beneath.FindConversationAsync(tenant, id, cancellationToken);

    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) => beneath.ListConversationsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) => beneath.FindUnheardAsync(shard, max, cancellationToken);

    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken) => beneath.FindAwaitedReceiptAsync(receiptKey, cancellationToken);

    public void Dispose()
    {
        stopping = true;
        events.Close();
        more.Set();
        thread.Join();
        events.Dispose();
        more.Dispose();
    }

    private void Run()
    {
        List<JournalPart> taken = [];
        while (!stopping)
        {
            more.WaitOne();
            lock (gate)
            {
                (taken, waiting) = (waiting, taken);
            }

            foreach (JournalPart part in taken)
            {
                Keep(part);
            }

            events.Tell();
            foreach (JournalPart part in taken)
            {
                part.Client.Appended(part);
            }

            taken.Clear();
        }
    }

    private void Keep(JournalPart part)
    {
        part.Outcome = PartOutcome.Kept;
        foreach (ref AcceptedMessage message in part.Accepted.Span)
        {
            message.Kept = KeptAs.New;
            events.Add(message);
        }

        foreach (ref JournalEntry entry in part.Entries.Span)
        {
            events.Add(entry);
        }
    }
}
