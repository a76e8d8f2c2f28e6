using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Usage;

namespace Router.Storage.Memory;

/// <summary>
/// What a range of commits said, indexed: message histories, receipts awaited, idempotency keys, each tenant's messages by key. The newest one grows; an older one never
/// changes again, is swept into the look-up file and then let go of. What it holds follows from the log alone, so that recovery makes it again. Caller holds the lock of
/// <see cref="JournalMemory"/>.
/// </summary>
internal sealed class Generation
{
    // A generation that is used again keeps the room of four entries a message (accepted, sent, delivered and one more), and of tenants' lists that hold up to four times its messages in all.
    private const int EventsKept = 4;
    private const int TenantRoomKept = 4;
    private const int TenantsKept = 4_096;

    private readonly Dictionary<int, TenantMessages> tenants = [];
    private readonly List<TenantMessages> unsorted = [];
    private TenantMessages? lastTenantMessages;
    private int lastTenant;
    private readonly int messagesExpected;

    /// <param name="afterCommit">The commit before its first.</param>
    /// <param name="messages">Messages expected.</param>
    /// <param name="idempotencyKeys">Idempotency keys expected.</param>
    /// <param name="usageAfter">Usage of commits up to this one is in its file.</param>
    public Generation(long afterCommit, int messages, int idempotencyKeys, long usageAfter)
    {
        messagesExpected = messages;
        UsageAfter = usageAfter;
        AfterCommit = LastCommit = afterCommit;
        Messages = new SlabTable<long, MessageRow>(messages);
        Receipts = new SlabTable<ulong, ReceiptRow>(messages);
        Idempotency = new SlabTable<UInt128, IdempotencyRow>(idempotencyKeys);
    }

    /// <summary>The commit before its first.</summary>
    public long AfterCommit { get; private set; }

    /// <summary>Its last commit.</summary>
    public long LastCommit { get; set; }

    /// <summary>When its last commit was made, Unix ms.</summary>
    public long LastAtMs { get; set; }

    /// <summary>Messages touched.</summary>
    public SlabTable<long, MessageRow> Messages { get; }

    /// <summary>Their entries.</summary>
    public Slab<EventRow> Events { get; } = new();

    /// <summary>Receipts awaited.</summary>
    public SlabTable<ulong, ReceiptRow> Receipts { get; }

    /// <summary>Idempotency keys. The journal's writer alone reads and writes them; after the generation is closed nobody writes.</summary>
    public SlabTable<UInt128, IdempotencyRow> Idempotency { get; private set; }

    /// <summary>Contacts with departures that count for a recipient's limit.</summary>
    public SlabTable<ContactId, DeparturesRow> Departures { get; private set; } = new();

    /// <summary>Those departures.</summary>
    public Slab<DepartureRow> DepartureTimes { get; private set; } = new();

    /// <summary>What was used.</summary>
    public UsageSums Usage { get; private set; } = new();

    /// <summary>The commit after which its usage begins: another than <see cref="AfterCommit"/> when the sweep of one was lost in a crash.</summary>
    public long UsageAfter { get; private set; }

    /// <summary>Readers that look at it again after they have let go of the gate (<see cref="GenerationReader"/>): it must stay what it is.</summary>
    public int Readers { get; set; }

    /// <summary>Receipts that had found no message when it was closed.</summary>
    public IReadOnlyList<ShardReceipt> Unmatched { get; set; } = [];

    /// <summary>As new, but for the room of its tables. Nobody else refers to it.</summary>
    /// <remarks>The keys' table is let go of: the journal's writer reads it without the gate.</remarks>
    public void Clear()
    {
        AfterCommit = LastCommit = LastAtMs = UsageAfter = 0;
        Messages.Clear(messagesExpected);
        Receipts.Clear(messagesExpected);
        Events.Clear(messagesExpected * EventsKept);
        Idempotency = new SlabTable<UInt128, IdempotencyRow>();
        Departures = new SlabTable<ContactId, DeparturesRow>();
        DepartureTimes = new Slab<DepartureRow>();
        Usage = new UsageSums();
        Unmatched = [];
        unsorted.Clear();
        lastTenantMessages = null;
        lastTenant = 0;
        long room = 0;
        foreach (TenantMessages messages in tenants.Values)
        {
            messages.Clear();
            room += messages.Capacity;
        }

        if (tenants.Count > TenantsKept || room > (long)messagesExpected * TenantRoomKept)
        {
            tenants.Clear();
        }
    }

    /// <summary>Begins it again after <see cref="Clear"/>.</summary>
    public void Begin(long afterCommit, int idempotencyKeys, long usageAfter)
    {
        UsageAfter = usageAfter;
        AfterCommit = LastCommit = afterCommit;
        Idempotency = new SlabTable<UInt128, IdempotencyRow>(idempotencyKeys);
    }

    /// <summary>Adds an accepted message.</summary>
    public void Accept(in MessageId id, int tenant, long atMs, MessageStatus status, int provider, bool isPart, bool hasFallback)
    {
        EventRow first = new() { AtMs = atMs, Previous = -1, Provider = provider, Kind = EntryKind.Status, Status = status };
        int ordinal = Messages.Add(new MessageRow
        {
            RowKey = id.RowKey,
            LastEvent = Events.Add(first),
            Tenant = tenant,
            Status = status,
            IsPart = isPart,
            HasFallback = hasFallback,
        });
        if (!isPart)
        {
            List(tenant, id.RowKey, ordinal);
        }
    }

    /// <summary>Adds the end of a part: no entry of its history, only its state.</summary>
    public void EndPart(in JournalEntry entry)
    {
        ref MessageRow part = ref Messages[Messages.FindOrAdd(new MessageRow { RowKey = entry.Message.RowKey, LastEvent = -1, Tenant = entry.Tenant })];
        part.Status = MessageStatus.Delivered;
        part.IsPart = true;
    }

    /// <summary>Adds a status, segment or receipt.</summary>
    public void Add(in JournalEntry entry)
    {
        long key = entry.Message.RowKey;
        ref MessageRow message = ref Touch(key, entry.Tenant);
        message.LastEvent = Events.Add(new EventRow
        {
            AtMs = entry.AtMs,
            Previous = message.LastEvent,
            Provider = entry.Provider,
            Kind = entry.Kind,
            Status = entry.Status,
            Reason = entry.Reason,
            Segment = entry.Segment,
        });
        if (entry.Kind == EntryKind.Status)
        {
            message.Status = entry.Status;
            message.Reason = entry.Reason;
            message.Attempts = entry.Status == MessageStatus.Queued ? entry.Attempts : message.Attempts;
        }
        else
        {
            message.HasSegments = true;
        }

        if (entry.ReceiptKey != 0 && entry.Kind is EntryKind.Status or EntryKind.SegmentSent)
        {
            // A carrier that gives an id again means the younger message: the last who awaits its receipt has it.
            ReceiptRow receipt = new() { ReceiptKey = entry.ReceiptKey, RowKey = key, Provider = entry.Provider, Segment = entry.Segment, Scope = entry.ReceiptScope };
            Receipts[Receipts.FindOrAdd(receipt)] = receipt;
        }

        if (entry.HasLeft)
        {
            message.Leaving = LeavingState.Answered;
            AddDeparture(entry.Contact, entry.AtMs);
        }
    }

    /// <summary>Adds a message that may leave: no entry of its history, only its state.</summary>
    public void Leave(in JournalEntry entry) => Touch(entry.Message.RowKey, entry.Tenant).Leaving = LeavingState.Open;

    /// <summary>Adds that a fallback is done with, or awake: no entry of its history, only its state.</summary>
    public void EndFallback(in JournalEntry entry) => Touch(entry.Message.RowKey, entry.Tenant).FallbackDone = true;

    /// <summary>Adds the departures to a contact from <paramref name="fromMs"/> on, the newest first, until the list has <paramref name="max"/>.</summary>
    public void CopyDepartures(in ContactId contact, long fromMs, StructList<long> departures, int max)
    {
        int ordinal = Departures.Count == 0 ? -1 : Departures.Find(contact);
        for (int at = ordinal < 0 ? -1 : Departures[ordinal].Last; at >= 0 && max > departures.Count; at = DepartureTimes[at].Previous)
        {
            if (DepartureTimes[at].AtMs >= fromMs)
            {
                departures.Add(DepartureTimes[at].AtMs);
            }
        }
    }

    /// <summary>A tenant's messages; null: none.</summary>
    public TenantMessages? FindTenant(int tenant) => tenants.GetValueOrDefault(tenant);

    /// <summary>Ends a commit: what it listed is put into order.</summary>
    public void Sort()
    {
        foreach (TenantMessages messages in unsorted)
        {
            messages.Sort();
        }

        unsorted.Clear();
    }

    private void List(int tenant, long rowKey, int ordinal)
    {
        TenantMessages messages = Of(tenant);
        bool wasSorted = messages.IsSorted;
        messages.Add(rowKey, ordinal);
        if (wasSorted && !messages.IsSorted)
        {
            unsorted.Add(messages);
        }
    }

    private ref MessageRow Touch(long rowKey, int tenant)
    {
        int known = Messages.Count;
        int ordinal = Messages.FindOrAdd(new MessageRow { RowKey = rowKey, LastEvent = -1, Tenant = tenant });
        if (ordinal == known)
        {
            List(tenant, rowKey, ordinal);
        }

        return ref Messages[ordinal];
    }

    private void AddDeparture(in ContactId contact, long atMs)
    {
        ref DeparturesRow row = ref Departures[Departures.FindOrAdd(new DeparturesRow { Contact = contact, Last = -1 })];
        row.Last = DepartureTimes.Add(new DepartureRow { AtMs = atMs, Previous = row.Last });
    }

    private TenantMessages Of(int tenant)
    {
        if (tenant == lastTenant && lastTenantMessages is not null)
        {
            return lastTenantMessages;
        }

        if (!tenants.TryGetValue(tenant, out TenantMessages? messages))
        {
            tenants.Add(tenant, messages = new TenantMessages());
        }

        lastTenant = tenant;
        return lastTenantMessages = messages;
    }
}
