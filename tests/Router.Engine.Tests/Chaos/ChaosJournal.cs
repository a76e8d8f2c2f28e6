using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Testing;

namespace Router.Engine.Tests.Chaos;

/// <summary>
/// One silo's way to the store that all share: each part is written when the seed says, with the fate it draws, and told later still; reads and look-ups are answered late or fail.
/// </summary>
internal sealed class ChaosJournal : IJournal, IJournalClient
{
    private readonly MemoryJournal inner;
    private readonly Random random;
    private readonly Faults faults;
    private readonly ChaosLedger ledger;
    private readonly List<PartAtWork> parts = [];
    private readonly List<object> reads = [];
    private readonly List<LookUpAtWork> lookUps = [];

    public ChaosJournal(IRecordSealer sealer, MemoryStore store, bool exclusive, Random random, Faults faults, ChaosLedger ledger)
    {
        inner = new MemoryJournal(sealer, store, new MemoryJournalOptions { Exclusive = exclusive, Manual = true });
        this.random = random;
        this.faults = faults;
        this.ledger = ledger;
    }

    public bool Exclusive => inner.Exclusive;

    public string? NotWritableBecause => inner.NotWritableBecause;

    public IEventLog Events => inner.Events;

    public Router.Engine.Usage.IUsage Usage => inner.Usage;

    /// <summary>What is under way: parts, reads, look-ups.</summary>
    public int AtWork => parts.Count + reads.Count + lookUps.Count;

    public ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken) => inner.TakeAsync(shards, cancellationToken);

    public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken) => inner.RenewAsync(owned, cancellationToken);

    public void Append(JournalPart part)
    {
        if (parts.Any(p => p.Part.Shard == part.Shard))
        {
            throw new InvalidOperationException($"shard {part.Shard} has a part under way already; at most one is allowed");
        }

        parts.Add(new PartAtWork(part));
    }

    public bool ReadContacts(ContactRead read)
    {
        if (random.Next(2) == 0)
        {
            reads.Add(read);
            return false;
        }

        Fill(read);
        return true;
    }

    public void ReadRecords(RecordRead read) => reads.Add(read);

    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) => inner.FindMessageAsync(tenant, id, cancellationToken);

    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => inner.ListMessagesAsync(query, cancellationToken);

    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) => inner.FindFlagsAsync(contact, cancellationToken);

    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) => inner.FindConversationAsync(tenant, id, cancellationToken);

    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) => inner.ListConversationsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) => inner.FindUnheardAsync(shard, max, cancellationToken);

    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken)
    {
        AwaitedReceipt? now = inner.FindAwaitedReceiptAsync(receiptKey, cancellationToken).AsTask().GetAwaiter().GetResult();
        if (random.Next(2) == 0)
        {
            return new ValueTask<AwaitedReceipt?>(now);
        }

        // Read at once and told later: what it says may be old by then.
        var lookUp = new LookUpAtWork(now);
        lookUps.Add(lookUp);
        return new ValueTask<AwaitedReceipt?>(lookUp.Answer.Task);
    }

    /// <summary>Writes a part that waits; false when none does.</summary>
    public bool WriteSome()
    {
        PartAtWork? work = Draw(parts.Where(static p => !p.Written));
        if (work is not null)
        {
            Write(work);
        }

        return work is not null;
    }

    /// <summary>Tells the fate of a part that is written; false when there is none.</summary>
    public bool TellSome()
    {
        PartAtWork? work = Draw(parts.Where(static p => p.Written));
        if (work is null)
        {
            return false;
        }

        parts.Remove(work);
        work.Part.Client.Appended(work.Part);
        return true;
    }

    /// <summary>Answers a read or a look-up; false when none waits.</summary>
    public bool AnswerSome()
    {
        int at = random.Next(Math.Max(1, reads.Count + lookUps.Count));
        if (at < reads.Count)
        {
            object read = reads[at];
            reads.RemoveAt(at);
            AnswerRead(read);
            return true;
        }

        if (lookUps.Count == 0)
        {
            return false;
        }

        LookUpAtWork lookUp = lookUps[at - reads.Count];
        lookUps.RemoveAt(at - reads.Count);
        if (random.NextDouble() < faults.Read)
        {
            lookUp.Answer.SetException(new JournalUnavailableException("the store can't say"));
        }
        else
        {
            lookUp.Answer.SetResult(lookUp.Found);
        }

        return true;
    }

    /// <summary>The process is gone: what it had with the store was written or not, and nobody is told.</summary>
    public void Die()
    {
        foreach (PartAtWork work in parts.Where(static p => !p.Written))
        {
            if (random.Next(2) == 0)
            {
                Write(work);
            }
        }

        parts.Clear();
        reads.Clear();
        lookUps.Clear();
    }

    void IJournalClient.Appended(JournalPart part)
    {
    }

    void IJournalClient.ContactsRead(ContactRead read)
    {
    }

    void IJournalClient.RecordsRead(RecordRead read)
    {
    }

    // The store gets a copy: the part itself is the owner's until it is told, and must not change meanwhile.
    private void Write(PartAtWork work)
    {
        JournalPart part = work.Part;
        var copy = new JournalPart(part.Shard, this) { Epoch = part.Epoch };
        foreach (ref AcceptedMessage accepted in part.Accepted.Span)
        {
            copy.Accepted.Add() = accepted;
        }

        foreach (ref JournalEntry entry in part.Entries.Span)
        {
            copy.Entries.Add() = entry;
        }

        foreach (ref StoredConversation conversation in part.Conversations.Span)
        {
            copy.Conversations.Add() = conversation;
        }

        part.Sealed.Span.CopyTo(copy.Sealed.Add(part.Sealed.Count));
        (PartOutcome fate, bool stored) = faults.DrawFate(random);
        bool owns = inner.Store.EpochOf(part.Shard) == part.Epoch;
        inner.NextOutcome(fate, stored);
        inner.Append(copy);
        inner.Commit();
        if (copy.Outcome == PartOutcome.Kept || (copy.Outcome == PartOutcome.Unknown && stored && owns))
        {
            ledger.Kept(copy);
        }

        part.Outcome = copy.Outcome;
        for (int i = 0; i < copy.Accepted.Count; i++)
        {
            part.Accepted[i].Kept = copy.Accepted[i].Kept;
            part.Accepted[i].FirstId = copy.Accepted[i].FirstId;
        }

        work.Written = true;
    }

    private void AnswerRead(object read)
    {
        switch (read)
        {
            case ContactRead contacts:
                Fill(contacts);
                contacts.Client.ContactsRead(contacts);
                break;
            case RecordRead records:
                inner.FailReads(random.NextDouble() < faults.Read ? 1 : 0);
                inner.ReadRecords(records);
                inner.CompleteReads();
                break;
            default:
                throw new InvalidOperationException($"a read of type {read.GetType().Name}");
        }
    }

    private void Fill(ContactRead read)
    {
        inner.FailReads(random.NextDouble() < faults.Read ? 1 : 0);
        inner.ReadContacts(read);
    }

    private PartAtWork? Draw(IEnumerable<PartAtWork> from)
    {
        PartAtWork[] some = [.. from];
        return some.Length == 0 ? null : some[random.Next(some.Length)];
    }

    private sealed class PartAtWork(JournalPart part)
    {
        public JournalPart Part { get; } = part;

        public bool Written { get; set; }
    }

    private sealed class LookUpAtWork(AwaitedReceipt? found)
    {
        public AwaitedReceipt? Found { get; } = found;

        // Continues on the stack of whoever answers: the run has one thread.
        public TaskCompletionSource<AwaitedReceipt?> Answer { get; } = new();
    }
}
