using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Usage;
using Router.Storage.Lookups;

namespace Router.Storage.Memory;

/// <summary>
/// What the journal must look up before its sweep: closed generations and the growing one, contacts touched, unmatched receipts, unfinished messages of generations
/// let go of; and the runs that took over from those. Written by the journal's writer after each commit, by the sweeper and by recovery; read by any thread. All under
/// <see cref="Gate"/>. Bounded: <see cref="IsFull"/> makes the writer wait.
/// </summary>
internal sealed partial class JournalMemory
{
    // One being swept, one that waits; with the growing one three in all (SqliteStoreOptions.GenerationMessages).
    private const int ClosedMax = 2;

    // Entries a message after which a generation is closed too: retries make many.
    private const int EventsPerMessage = 8;

    // Contacts are closed with every fourth generation even when few, so that recovery reads at most four generations of the log for them.
    private const int GenerationsPerContacts = 4;

    private readonly List<Generation> generations = [];
    private readonly Dictionary<ulong, List<ShardReceipt>> unmatched = [];
    private readonly int generationMessages;
    private readonly int contactsMax;
    private readonly long usageCommit;
    private readonly List<ContactGeneration> contacts = [];
    private IReadOnlyDictionary<long, UnfinishedState> carried;
    private Run[] runs;
    private int generationsOfContacts;

    /// <param name="runs">Runs swept before, oldest first.</param>
    /// <param name="carried">What was unfinished at their end.</param>
    /// <param name="unmatchedReceipts">Receipts without a message at their end.</param>
    /// <param name="contactsCommit">The commit up to which contacts are in their file.</param>
    /// <param name="usageCommit">The commit up to which usage is in its file.</param>
    /// <param name="generationMessages">Messages of a generation.</param>
    /// <param name="contactsMax">Contacts touched after which they are swept.</param>
    public JournalMemory(
        Run[] runs, IReadOnlyDictionary<long, UnfinishedState> carried, IEnumerable<ShardReceipt> unmatchedReceipts, long contactsCommit, long usageCommit, int generationMessages, int contactsMax)
    {
        this.runs = runs;
        this.carried = carried;
        this.generationMessages = generationMessages;
        this.contactsMax = contactsMax;
        this.usageCommit = usageCommit;
        generations.Add(new Generation(runs.Length == 0 ? 0 : runs[^1].LastCommit, generationMessages, idempotencyKeys: 0, usageCommit));
        contacts.Add(new ContactGeneration(contactsCommit, contactsMax));
        foreach (ShardReceipt receipt in unmatchedReceipts)
        {
            AddUnmatchedLocked(receipt);
        }
    }

    /// <summary>Guards everything here. Held for microseconds; no I/O under it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Generations, the oldest first; the last one grows.</summary>
    public IReadOnlyList<Generation> Generations => generations;

    /// <summary>The growing one.</summary>
    public Generation Current => generations[^1];

    /// <summary>Runs, the oldest first: replaced whole, so that whoever took it under the gate may read it afterwards.</summary>
    public Run[] Runs => runs;

    /// <summary>Whether no more commits must come before a sweep has made room. Caller holds the gate.</summary>
    public bool IsFull => generations.Count - 1 >= ClosedMax || contacts.Count - 1 >= ClosedMax;

    /// <summary>Adds an accepted message that was kept as new. Caller holds the gate.</summary>
    public void Accept(in AcceptedMessage message)
    {
        Current.Accept(message.Id, message.Tenant, message.AcceptedAtMs, message.FirstStatus, message.Provider, message.IsPart, message.Fallback != default);
        TouchAccepted(message.Id, message.Contact, message.Sender, message.KeySlot);
    }

    /// <summary>Only what an accepted message says of its contact. Caller holds the gate.</summary>
    public void TouchAccepted(in MessageId id, in ContactId contact, uint sender, uint keySlot)
    {
        ref ContactRow row = ref contacts[^1].Touch(contact);
        row.LastHead = id.Head;
        row.LastSender = sender;
        row.KeySlot = keySlot;
    }

    /// <summary>Only what a change of flags says of its contact. Caller holds the gate.</summary>
    public void TouchFlags(in JournalEntry entry)
    {
        ref ContactRow row = ref contacts[^1].Touch(entry.Contact);
        row.Flags = entry.Flags;
        row.HasFlags = true;
        row.KeySlot = entry.KeySlot != 0 ? entry.KeySlot : row.KeySlot;
    }

    /// <summary>Adds an entry of <paramref name="shard"/> but for <see cref="TouchFlags"/>. Caller holds the gate.</summary>
    public void Add(in JournalEntry entry, int shard)
    {
        switch (entry.Kind)
        {
            case EntryKind.Status:
            case EntryKind.SegmentSent:
            case EntryKind.SegmentReceipt:
                Current.Add(entry);
                break;
            case EntryKind.Leaving:
                Current.Leave(entry);
                break;
            case EntryKind.FallbackDone:
                Current.EndFallback(entry);
                break;
            case EntryKind.PartDone:
                Current.EndPart(entry);
                break;
            case EntryKind.Flags:
            case EntryKind.Conversation:
            case EntryKind.Notice: // lives in the log alone
                break;
            case EntryKind.UnmatchedReceipt:
                AddUnmatchedLocked(new ShardReceipt(shard, new UnmatchedReceipt
                {
                    ReceiptKey = entry.ReceiptKey,
                    Status = entry.Status,
                    Reason = entry.Reason,
                    Provider = entry.Provider,
                    AtMs = entry.AtMs,
                }));
                break;
            case EntryKind.ReceiptDone:
                RemoveUnmatchedLocked(entry);
                break;
            case EntryKind.None:
            default:
                throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, "not an entry");
        }
    }

    /// <summary>Counts what an entry used. Caller holds the gate.</summary>
    public void CountUsage(in JournalEntry entry) => Current.Usage.Add(entry);

    /// <summary>Counts an accepted message, if it came from an end user. Caller holds the gate.</summary>
    public void CountUsage(in AcceptedMessage accepted) => Current.Usage.Add(accepted);

    /// <summary>Usage that generations hold, by the commit after which it begins.</summary>
    public List<(long After, UsageRow[] Rows)> CopyUsage(Func<UsageKey, bool> wanted)
    {
        lock (Gate)
        {
            return generations.ConvertAll(g => (g.UsageAfter, g.Usage.Rows.Where(row => wanted(row.Key)).ToArray()));
        }
    }

    /// <summary>Ends a commit; what is full is closed. True when there is something to sweep. Caller holds the gate.</summary>
    public bool EndCommit(long commit, long atMs)
    {
        Generation current = Current;
        if (commit > current.LastCommit)
        {
            current.LastCommit = commit;
            current.LastAtMs = atMs;
        }

        current.Sort();
        contacts[^1].LastCommit = Math.Max(commit, contacts[^1].LastCommit);
        bool full = WouldFill(messages: 0, entries: 0);
        if (full || contacts[^1].Rows.Count >= contactsMax)
        {
            Close(closeGeneration: full);
            return true;
        }

        return false;
    }

    /// <summary>Whether a commit of so many accepted messages and entries may close the growing generation. Caller holds the gate.</summary>
    public bool WouldFill(int messages, int entries)
    {
        // An entry may be the first of its message.
        long touched = Current.Messages.Count + (long)messages + entries;
        long events = Current.Events.Count + (long)messages + entries;
        return touched >= generationMessages || events >= (long)generationMessages * EventsPerMessage;
    }

    /// <summary>Closes what grows, so that it can be swept. Caller holds the gate.</summary>
    /// <param name="closeGeneration">Whether the generation is closed.</param>
    /// <param name="closeContacts">Whether contacts are closed even if few.</param>
    public void Close(bool closeGeneration = true, bool closeContacts = false)
    {
        if (closeGeneration && Current.LastCommit > Current.AfterCommit)
        {
            Current.Unmatched = [.. unmatched.Values.SelectMany(static l => l)];
            generations.Add(NextGeneration());
            generationsOfContacts++;
        }

        bool contactsDue = closeContacts || contacts[^1].Rows.Count >= contactsMax || generationsOfContacts >= GenerationsPerContacts;
        if (contactsDue && contacts[^1].LastCommit > contacts[^1].AfterCommit)
        {
            contacts.Add(NextContacts());
            generationsOfContacts = 0;
        }
    }

    /// <summary>Contacts to sweep next; null: none. Caller holds the gate.</summary>
    public ContactGeneration? ClosedContacts => contacts.Count > 1 ? contacts[0] : null;

    /// <summary>The generation to sweep next; null: none. Caller holds the gate.</summary>
    public Generation? ClosedGeneration => generations.Count > 1 ? generations[0] : null;

    /// <summary>What was unfinished when the oldest generation began. Caller holds the gate; the dictionary itself never changes.</summary>
    public IReadOnlyDictionary<long, UnfinishedState> Carried => carried;

    /// <summary>Lets go of the oldest contacts, which are in their file now. Caller holds the gate.</summary>
    public void DropContacts() => contacts.RemoveAt(0);

    /// <summary>Lets go of the oldest generation, for which <paramref name="run"/> stands now. Caller holds the gate.</summary>
    public void DropGeneration(Run run, IReadOnlyDictionary<long, UnfinishedState> unfinished)
    {
        generations.RemoveAt(0);
        runs = [.. runs, run];
        carried = unfinished;
    }

    /// <summary>What is known of a contact beyond its file; false: nothing. Caller holds the gate.</summary>
    public bool TryFindContact(in ContactId contact, out ContactRow row)
    {
        bool found = false;
        row = new ContactRow { Contact = contact };
        foreach (ContactGeneration generation in contacts)
        {
            int ordinal = generation.Rows.Find(contact);
            if (ordinal >= 0)
            {
                row.Add(generation.Rows[ordinal]);
                found = true;
            }
        }

        return found;
    }

    /// <summary>Adds a message's entries of all generations, oldest first. Caller holds the gate.</summary>
    public void CopyHistory(long rowKey, StructList<EventRow> events)
    {
        foreach (Generation generation in generations)
        {
            int ordinal = generation.Messages.Find(rowKey);
            if (ordinal < 0)
            {
                continue;
            }

            int first = events.Count;
            for (int at = generation.Messages[ordinal].LastEvent; at >= 0; at = generation.Events[at].Previous)
            {
                events.Add(generation.Events[at]);
            }

            events.Span[first..].Reverse();
        }
    }

    /// <summary>Adds the departures to a contact from <paramref name="fromMs"/> on that generations hold, the newest first, until the list has <paramref name="max"/>. Caller holds the gate.</summary>
    public void CopyDepartures(in ContactId contact, long fromMs, StructList<long> departures, int max)
    {
        for (int i = generations.Count - 1; i >= 0; i--)
        {
            generations[i].CopyDepartures(contact, fromMs, departures, max);
        }
    }

    /// <summary>Finds who awaits a receipt. Caller holds the gate.</summary>
    public bool TryFindReceipt(ulong receiptKey, out ReceiptRow receipt)
    {
        for (int i = generations.Count - 1; i >= 0; i--)
        {
            int ordinal = generations[i].Receipts.Find(receiptKey);
            if (ordinal >= 0)
            {
                receipt = generations[i].Receipts[ordinal];
                return true;
            }
        }

        receipt = default;
        return false;
    }

    // Of a key only the one that is done: "read" may have come and been kept while "delivered" was on its way. Logs written before that told the status name none.
    private void RemoveUnmatchedLocked(in JournalEntry done)
    {
        MessageStatus status = done.Status;
        if (unmatched.TryGetValue(done.ReceiptKey, out List<ShardReceipt>? list) && (status == MessageStatus.None || list.TrueForAll(r => r.Receipt.Status == status)))
        {
            unmatched.Remove(done.ReceiptKey);
        }
        else
        {
            list?.RemoveAll(r => r.Receipt.Status == status);
        }
    }

    private void AddUnmatchedLocked(in ShardReceipt receipt)
    {
        if (!unmatched.TryGetValue(receipt.Receipt.ReceiptKey, out List<ShardReceipt>? list))
        {
            unmatched.Add(receipt.Receipt.ReceiptKey, list = []);
        }

        list.Add(receipt);
    }
}
