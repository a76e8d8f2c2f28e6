using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Testing;

namespace Router.Simulation;

/// <summary>
/// One silo's way to the store that all share: it has one transaction under way, which is written, synced and told when the seed says; reads and look-ups are answered late or fail.
/// </summary>
internal sealed class SimulatedJournal : IJournal
{
    private readonly MemoryJournal inner;
    private readonly SimulationRun run;
    private readonly List<JournalPart> queued = [];
    private readonly List<JournalPart> untold = [];
    private readonly List<object> reads = [];
    private readonly List<LookUpAtWork> lookUps = [];
    private DiskWrite? write;

    public SimulatedJournal(SimulationRun run)
    {
        inner = new MemoryJournal(run.Sealer, run.Store, new MemoryJournalOptions { Exclusive = run.Exclusive, Manual = true });
        this.run = run;
    }

    public bool Exclusive => inner.Exclusive;

    public string? NotWritableBecause => inner.NotWritableBecause;

    public IEventLog Events => inner.Events;

    public Router.Engine.Usage.IUsage Usage => inner.Usage;

    /// <summary>What is under way: parts, reads, look-ups.</summary>
    public int AtWork => queued.Count + untold.Count + (write is null ? 0 : 1) + reads.Count + lookUps.Count;

    public ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken)
    {
        run.Disk.Finish();
        return inner.TakeAsync(shards, cancellationToken);
    }

    public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken) => inner.RenewAsync(owned, cancellationToken);

    public void Append(JournalPart part)
    {
        inner.Check(part);
        if (Has(queued, part.Shard) || Has(untold, part.Shard) || (write is not null && write.Parts.Any(p => p.Shard == part.Shard)))
        {
            throw new InvalidOperationException($"shard {part.Shard} has a part under way already; at most one is allowed");
        }

        run.Verdicts.Submitted(part.Shard, part.Epoch);
        queued.Add(part);
    }

    public bool ReadContacts(ContactRead read)
    {
        if (run.Random.Next(2) == 0)
        {
            reads.Add(read);
            return false;
        }

        Fill(read);
        return true;
    }

    public void ReadRecords(RecordRead read) => reads.Add(read);

    public ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken) => inner.OpenRecordsAsync(items, records, cancellationToken);

    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) => inner.FindMessageAsync(tenant, id, cancellationToken);

    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => inner.ListMessagesAsync(query, cancellationToken);

    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) => inner.FindFlagsAsync(contact, cancellationToken);

    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) => inner.FindConversationAsync(tenant, id, cancellationToken);

    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) => inner.ListConversationsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) => inner.FindUnheardAsync(shard, max, cancellationToken);

    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken)
    {
        AwaitedReceipt? now = run.Store.FindAwaited(receiptKey);
        if (run.Random.Next(2) == 0)
        {
            return new ValueTask<AwaitedReceipt?>(now);
        }

        // Read at once and told later: what it says may be old by then.
        var lookUp = new LookUpAtWork(now);
        lookUps.Add(lookUp);
        return new ValueTask<AwaitedReceipt?>(lookUp.Answer.Task);
    }

    /// <summary>Begins a transaction with some of the parts that wait; false when none does, or one is under way.</summary>
    public bool WriteSome()
    {
        if (write is not null || queued.Count == 0)
        {
            return false;
        }

        var parts = new List<JournalPart>(queued.Count);
        for (int i = queued.Count - 1; i >= 0; i--)
        {
            if (parts.Count == 0 || run.Random.Next(3) > 0)
            {
                parts.Add(queued[i]);
                queued.RemoveAt(i);
            }
        }

        foreach (JournalPart part in parts)
        {
            inner.Check(part); // what another silo kept meanwhile
        }

        write = run.Disk.Write(parts);
        TakeDecided();
        return true;
    }

    /// <summary>Syncs the transaction under way; false when there is none.</summary>
    public bool SyncSome()
    {
        bool synced = write is { IsDecided: false } && run.Disk.Sync();
        TakeDecided();
        return synced;
    }

    /// <summary>Tells the fate of a part; false when none is known.</summary>
    public bool TellSome()
    {
        TakeDecided();
        if (untold.Count == 0)
        {
            return false;
        }

        int at = run.Random.Next(untold.Count);
        JournalPart part = untold[at];
        untold.RemoveAt(at);
        part.Client.Appended(part);
        return true;
    }

    /// <summary>Answers a read or a look-up; false when none waits.</summary>
    public bool AnswerSome()
    {
        if (reads.Count + lookUps.Count == 0)
        {
            return false;
        }

        int at = run.Random.Next(reads.Count + lookUps.Count);
        if (at < reads.Count)
        {
            object read = reads[at];
            reads.RemoveAt(at);
            AnswerRead(read);
            return true;
        }

        LookUpAtWork lookUp = lookUps[at - reads.Count];
        lookUps.RemoveAt(at - reads.Count);
        if (Fails())
        {
            lookUp.Answer.SetException(new JournalUnavailableException("the store can't say"));
        }
        else
        {
            lookUp.Answer.SetResult(lookUp.Found);
        }

        return true;
    }

    /// <summary>The process is gone: what it has under way with the store ends in one way or the other, and nobody is told.</summary>
    public void Die()
    {
        if (write is not null)
        {
            // The operating system of a machine that goes on has all that was written; a server may roll back.
            run.Disk.Abandon(write, survives: run.Exclusive || run.Random.Next(2) == 0);
        }

        write = null;
        queued.Clear();
        untold.Clear();
        reads.Clear();
        lookUps.Clear();
    }

    private static bool Has(List<JournalPart> parts, int shard)
    {
        foreach (JournalPart part in parts)
        {
            if (part.Shard == shard)
            {
                return true;
            }
        }

        return false;
    }

    private void TakeDecided()
    {
        if (write is { IsDecided: true })
        {
            untold.AddRange(write.Parts);
            write = null;
        }
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
                records.Failed = Fails();
                if (!records.Failed)
                {
                    run.Store.Open(records, run.Sealer);
                }

                records.Client.RecordsRead(records);
                break;
            default:
                throw new InvalidOperationException($"a read of type {read.GetType().Name}");
        }
    }

    private void Fill(ContactRead read)
    {
        read.Failed = Fails();
        if (!read.Failed)
        {
            run.Store.Fill(read);
        }
    }

    private bool Fails()
    {
        bool fails = run.Chance(run.Faults.Read);
        if (fails)
        {
            run.Coverage.Count("fault: a read failed");
        }

        return fails;
    }

    private sealed class LookUpAtWork(AwaitedReceipt? found)
    {
        public AwaitedReceipt? Found { get; } = found;

        // Continues on the stack of whoever answers: the run has one thread.
        public TaskCompletionSource<AwaitedReceipt?> Answer { get; } = new();
    }
}
