using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>
/// What the journal must look up before its sweep: closed generations and the growing one, contacts touched, unmatched receipts, unfinished messages of generations
/// let go of. Written by the journal's writer after each commit and by recovery; read by any thread. All under <see cref="Gate"/>.
/// </summary>
internal sealed partial class JournalMemory
{
    private readonly List<Generation> generations = [];
    private readonly Dictionary<ulong, List<(int Shard, UnmatchedReceipt Receipt)>> unmatched = [];
    private SlabTable<ContactId, ContactRow> contacts = new();

    /// <summary>Empty, after <paramref name="commit"/>.</summary>
    public JournalMemory(long commit) => generations.Add(new Generation(commit));

    /// <summary>Guards everything here. Held for microseconds; no I/O under it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Generations, the oldest first; the last one grows.</summary>
    public IReadOnlyList<Generation> Generations => generations;

    /// <summary>The growing one.</summary>
    public Generation Current => generations[^1];

    /// <summary>Adds an accepted message that was kept as new. Caller holds the gate.</summary>
    public void Accept(in MessageId id, in ContactId contact, uint sender, int tenant, uint keySlot, long atMs)
    {
        Current.Accept(id, tenant, atMs);
        ref ContactRow row = ref TouchLocked(contact);
        row.LastHead = id.Head;
        row.LastSender = sender;
        row.KeySlot = keySlot;
    }

    /// <summary>Adds an entry of <paramref name="shard"/>. Caller holds the gate.</summary>
    public void Add(in JournalEntry entry, int shard)
    {
        switch (entry.Kind)
        {
            case EntryKind.Status:
            case EntryKind.SegmentSent:
            case EntryKind.SegmentReceipt:
                Current.Add(entry);
                break;
            case EntryKind.Flags:
                ref ContactRow row = ref TouchLocked(entry.Contact);
                row.Flags = entry.Flags;
                row.HasFlags = true;
                row.KeySlot = entry.KeySlot != 0 ? entry.KeySlot : row.KeySlot;
                break;
            case EntryKind.UnmatchedReceipt:
                AddUnmatchedLocked(entry, shard);
                break;
            case EntryKind.ReceiptDone:
                unmatched.Remove(entry.ReceiptKey);
                break;
            case EntryKind.None:
            default:
                throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, "not an entry");
        }
    }

    /// <summary>Ends a commit; the generation is closed when it has <paramref name="generationMessages"/>. Caller holds the gate.</summary>
    public void EndCommit(long commit, long atMs, int generationMessages)
    {
        Current.LastCommit = commit;
        Current.LastAtMs = atMs;
    }

    /// <summary>Lays what is known of a contact over <paramref name="stored"/>; false when nothing is. Caller holds the gate.</summary>
    public bool Overlay(ref StoredContact stored)
    {
        int ordinal = contacts.Find(stored.Contact);
        if (ordinal < 0)
        {
            return false;
        }

        contacts[ordinal].Overlay(ref stored);
        return true;
    }

    /// <summary>Adds a message's entries of all generations, oldest first; returns how many. Caller holds the gate.</summary>
    public int CopyHistory(long rowKey, StructList<EventRow> events)
    {
        int before = events.Count;
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

        return events.Count - before;
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

    /// <summary>Receipts of <paramref name="shard"/> that found no message. Caller holds the gate.</summary>
    public List<UnmatchedReceipt> UnmatchedOf(int shard) =>
        [.. unmatched.Values.SelectMany(static l => l).Where(u => u.Shard == shard).Select(static u => u.Receipt).OrderBy(static u => u.AtMs)];

    private ref ContactRow TouchLocked(in ContactId contact)
    {
        int ordinal = contacts.Find(contact);
        if (ordinal < 0)
        {
            ordinal = contacts.Add(new ContactRow { Contact = contact });
        }

        return ref contacts[ordinal];
    }

    private void AddUnmatchedLocked(in JournalEntry entry, int shard)
    {
        if (!unmatched.TryGetValue(entry.ReceiptKey, out List<(int, UnmatchedReceipt)>? list))
        {
            unmatched.Add(entry.ReceiptKey, list = []);
        }

        list.Add((shard, new UnmatchedReceipt
        {
            ReceiptKey = entry.ReceiptKey,
            Status = entry.Status,
            Reason = entry.Reason,
            Provider = entry.Provider,
            AtMs = entry.AtMs,
        }));
    }
}
