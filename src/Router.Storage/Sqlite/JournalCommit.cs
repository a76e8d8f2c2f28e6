using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Sealing;

namespace Router.Storage.Sqlite;

/// <summary>
/// The journal's share of one transaction: checks epochs and idempotency keys, writes message rows and the packed row of the log, and once the fate is known
/// hands it to <see cref="CommitTeller"/>. Reused; writer's thread only.
/// </summary>
/// <remarks>Hot path, 0 B in the steady state. Benchmark: <c>Router.JournalBench</c>.</remarks>
internal sealed class JournalCommit : IDisposable
{
    private readonly ShardEpochs epochs;
    private readonly IdempotencyIndex idempotency;
    private readonly ContactSalts salts;
    private readonly Sweeper sweeper;
    private readonly CommitTeller teller;
    private readonly ConversationTable conversations;
    private readonly TimeProvider time;
    private readonly Statement insertMessage;
    private readonly Statement insertLog;
    private readonly Statement setSlots;
    private readonly StructList<RowPlace> rows = new(1024);
    private readonly Dictionary<ulong, ulong> skippedHeads = [];
    private byte[] row = new byte[1024];
    private FinishedCommit current = new();
    private FinishedCommit other = new();
    private uint slotsKept;
    private uint slotsWriting;

    public JournalCommit(
        Database database, ShardEpochs epochs, IdempotencyIndex idempotency, ContactSalts salts, Sweeper sweeper, CommitTeller teller, ConversationTable conversations,
        TimeProvider time)
    {
        this.epochs = epochs;
        this.idempotency = idempotency;
        this.salts = salts;
        this.sweeper = sweeper;
        this.teller = teller;
        this.conversations = conversations;
        this.time = time;
        insertMessage = database.Prepare("INSERT INTO message(key, data) VALUES(?1, ?2)");
        insertLog = database.Prepare("INSERT INTO log(seq, at, data) VALUES(?1, ?2, ?3)");
        setSlots = database.Prepare("INSERT INTO meta(name, value) VALUES('key_slots', ?1) ON CONFLICT(name) DO UPDATE SET value = excluded.value");
    }

    /// <summary>Number of the last commit in the log.</summary>
    public long LastCommit { get; set; }

    /// <summary>Messages and changes of the transaction at hand.</summary>
    public int EntriesNow => current.Log.Count;

    /// <summary>Waits until memory has room for another transaction; false: sweeps fail, it must be refused.</summary>
    public bool WaitForRoom() => sweeper.WaitForRoom();

    /// <summary>Takes the parts of a transaction; those of an older epoch are fenced here.</summary>
    public void Begin(List<JournalPart> taken)
    {
        current.Parts.Clear();
        current.Parts.AddRange(taken);
        current.AtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        current.Log.Begin(current.AtMs);
        rows.Clear();
        idempotency.Begin();
        foreach (JournalPart part in taken)
        {
            part.Outcome = part.Epoch == epochs[part.Shard] ? PartOutcome.Pending : PartOutcome.Fenced;
        }
    }

    /// <summary>Writes, inside the transaction.</summary>
    /// <exception cref="SqliteFault">Not written.</exception>
    /// <exception cref="IOException">The key file could not be written.</exception>
    public void Write()
    {
        uint slotMax = 0;
        List<JournalPart> parts = current.Parts;
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].Outcome == PartOutcome.Pending)
            {
                slotMax = Math.Max(slotMax, Gather(parts[i], i));
            }
        }

        WriteMessages();
        WriteConversations();
        WriteSlots(slotMax);
        if (current.Log.Count > 0)
        {
            insertLog.Bind(1, LastCommit + 1).Bind(2, current.AtMs).Bind(3, current.Log.Finish()).Run();
        }
    }

    /// <summary>Ends it: memory, the readers of the log and the shards are told.</summary>
    /// <param name="outcome">Its fate.</param>
    /// <param name="moreWaits">Whether another transaction follows at once.</param>
    public void End(PartOutcome outcome, bool moreWaits)
    {
        if (outcome == PartOutcome.Kept)
        {
            slotsKept = slotsWriting;
            LastCommit += current.Log.Count > 0 ? 1 : 0;
        }
        else
        {
            idempotency.TakeBack();
        }

        current.Outcome = outcome;
        current.Number = LastCommit;
        current.Messages = rows.Count;
        teller.Tell(current, moreWaits);
        (current, other) = (other, current);
    }

    /// <summary>Waits until the shards of all transactions ended have been told and memory follows them.</summary>
    public void WaitUntilTold() => teller.WaitUntilTold();

    /// <inheritdoc/>
    public void Dispose()
    {
        insertMessage.Dispose();
        insertLog.Dispose();
        setSlots.Dispose();
    }

    // Returns the highest key slot of the part.
    private uint Gather(JournalPart part, int partIndex)
    {
        uint slotMax = 0;
        skippedHeads.Clear();
        Span<AcceptedMessage> accepted = part.Accepted.Span;
        for (int i = 0; i < accepted.Length; i++)
        {
            ref AcceptedMessage message = ref accepted[i];
            if (skippedHeads.Count > 0 && skippedHeads.TryGetValue(message.PreviousHead, out ulong before))
            {
                // The shard chained it to a message that turned out a repeat and is not stored.
                message.PreviousHead = before;
            }

            message.Kept = message.IsReply && accepted[i - 1].Kept != KeptAs.New ? KeptAs.Repeat : KeptAs.New;
            if (message.HasIdempotencyKey && message.Kept == KeptAs.New)
            {
                idempotency.Resolve(ref message);
            }

            if (message.Kept != KeptAs.New)
            {
                skippedHeads[message.Id.Head] = message.PreviousHead;
                continue;
            }

            slotMax = Math.Max(slotMax, message.KeySlot);
            rows.Add(new RowPlace(message.Id.RowKey, partIndex, i));
            current.Log.Add(message);
        }

        foreach (ref JournalEntry entry in part.Entries.Span)
        {
            if (part.IsVoid(entry))
            {
                continue;
            }

            slotMax = Math.Max(slotMax, entry.KeySlot);
            current.Log.Add(entry, part.Shard);
        }

        foreach (ref StoredConversation conversation in part.Conversations.Span)
        {
            slotMax = Math.Max(slotMax, conversation.KeySlot);
        }

        return slotMax;
    }

    private void WriteConversations()
    {
        foreach (JournalPart part in current.Parts)
        {
            if (part.Outcome == PartOutcome.Pending)
            {
                foreach (ref StoredConversation conversation in part.Conversations.Span)
                {
                    if (!part.IsVoid(conversation))
                    {
                        conversations.Write(conversation);
                    }
                }
            }
        }
    }

    // In the order of the keys, so that the table's b-tree grows at its end.
    private void WriteMessages()
    {
        rows.Span.Sort(static (a, b) => a.RowKey.CompareTo(b.RowKey));
        foreach (ref RowPlace place in rows.Span)
        {
            JournalPart part = current.Parts[place.Part];
            ref AcceptedMessage message = ref part.Accepted[place.Index];
            int lengthMax = MessageCodec.ClearLengthMax + message.SealedLength;
            if (row.Length < lengthMax)
            {
                row = new byte[Math.Max(row.Length * 2, lengthMax)];
            }

            int clear = MessageCodec.Write(message, row);
            part.Sealed.Span.Slice(message.SealedOffset, message.SealedLength).CopyTo(row.AsSpan(clear));
            insertMessage.Bind(1, place.RowKey).Bind(2, row.AsSpan(0, clear + message.SealedLength)).Run();
        }
    }

    // How many slots the key file must have is kept too: a lost key file is told at the next start, never begun anew.
    private void WriteSlots(uint slotMax)
    {
        salts.MakeDurable(slotMax);
        slotsWriting = slotsKept;
        if (slotMax >= slotsKept)
        {
            slotsWriting = salts.Durable;
            setSlots.Bind(1, slotsWriting).Run();
        }
    }

    private readonly record struct RowPlace(long RowKey, int Part, int Index);
}
