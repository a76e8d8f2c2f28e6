using System.Runtime.InteropServices;
using System.Text;
using Router.Core.Messages;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>What the store kept, written down beside it as it was kept, and the promises that can be broken only at that moment.</summary>
internal sealed partial class Ledger(SimulationRun run)
{
    private readonly long[] epochs = new long[MessageId.ShardCount];
    private readonly Dictionary<ulong, (MessageId Message, byte Segment)> sentKeys = [];
    private readonly Dictionary<(MessageId Message, byte Segment), ulong> sent = [];
    private readonly HashSet<MessageId> sentInPart = [];
    private readonly Dictionary<(int Tenant, int Shard), int> unfinished = [];
    private readonly HashSet<MessageId> fallbacksDone = [];
    private readonly HashSet<MessageId> ended = [];
    private readonly Dictionary<MessageId, AcceptedMessage> accepted = [];
    private readonly Dictionary<MessageId, Wish> wishes = [];
    private readonly Dictionary<string, MessageId> ofTexts = [];
    private readonly Dictionary<int, long> spent = [];
    private readonly Dictionary<(int Shard, long Epoch), SimulatedSilo> owners = [];

    /// <summary>Segments kept as sent, by the key of their receipt.</summary>
    public IReadOnlyDictionary<ulong, (MessageId Message, byte Segment)> SentKeys => sentKeys;

    /// <summary>Messages kept.</summary>
    public IReadOnlyDictionary<MessageId, AcceptedMessage> Accepted => accepted;

    /// <summary>Outbound messages kept that have no status yet after which nothing leaves.</summary>
    public int Unfinished { get; private set; }

    /// <summary>The same of a tenant and shard, but for replies, which are kept whatever waits.</summary>
    public int UnfinishedOf(int tenant, int shard) => unfinished.GetValueOrDefault((tenant, shard));

    public bool HasEnded(MessageId message) => ended.Contains(message);

    /// <summary>What a message was wished to be; null: an automatic reply.</summary>
    public Wish? WishOf(MessageId message) => wishes.GetValueOrDefault(message);

    public MessageId? MessageOf(string text) => ofTexts.TryGetValue(text, out MessageId id) ? id : null;

    /// <summary>The epoch of a shard's youngest owner.</summary>
    public long EpochOf(int shard) => epochs[shard];

    /// <summary>A shard has a younger owner: nothing of an older one may be kept any more.</summary>
    public void Taken(int shard, long epoch, SimulatedSilo owner)
    {
        epochs[shard] = Math.Max(epochs[shard], epoch);
        owners[(shard, epoch)] = owner;
    }

    /// <summary>What a tenant has spent so far, in units.</summary>
    public long SpentOf(int tenant) => spent.GetValueOrDefault(tenant);

    public void Kept(JournalPart part)
    {
        Violation.Unless(part.Epoch == epochs[part.Shard], $"shard {part.Shard}: a part of epoch {part.Epoch} was kept when the shard belonged to epoch {epochs[part.Shard]}");
        foreach (ref AcceptedMessage message in part.Accepted.Span)
        {
            if (message.Kept == KeptAs.New)
            {
                Kept(message, part);
            }
        }

        foreach (ref JournalEntry entry in part.Entries.Span)
        {
            if (!part.IsVoid(entry))
            {
                Kept(entry, part);
            }
        }

        // What a STOP left in force, whether it changed it or not: its acknowledgement promises that, those of other words nothing. One of a contact is in a part, so its flags are the contact's last.
        foreach (ref AcceptedMessage message in part.Accepted.Span)
        {
            if (message is { Direction: MessageDirection.Inbound, IsPart: false, Kept: KeptAs.New } && TextOf(message, part) is var text && text.StartsWith("stop", StringComparison.Ordinal))
            {
                run.Coverage.Count("act: STOP");
                (CollectionsMarshal.GetValueRefOrAddDefault(flagsOfTexts, text, out _) ??= []).Add(FlagsOf(message.Contact)[^1]);
            }
        }

        foreach (ref StoredConversation conversation in part.Conversations.Span)
        {
            if (!part.IsVoid(conversation))
            {
                Kept(conversation, conversation.FollowsFrom == 0 ? 0 : part.Accepted[conversation.FollowsFrom - 1].Id.Head);
            }
        }
    }

    public bool IsSent(MessageId message, byte segment) => sent.ContainsKey((message, segment));

    /// <summary>Whether a segment is kept as sent, under that key.</summary>
    public bool IsSentAs(ulong key, MessageId message, byte segment) => sent.TryGetValue((message, segment), out ulong kept) && kept == key;

    /// <summary>Whether a fallback is awake, or a message needs its own no more.</summary>
    public bool IsFallbackDone(MessageId message) => fallbacksDone.Contains(message);

    /// <summary>Whether one of its segments is kept as sent.</summary>
    public bool IsSentInPart(MessageId message) => sentInPart.Contains(message);

    private void Kept(in AcceptedMessage message, JournalPart part)
    {
        accepted.Add(message.Id, message);
        if (message.Tenant == 0 && DeadRecord.Read(MessageRecord.Read(Open(message, part))) is { } letter)
        {
            run.Streams!.Kept(letter);
        }

        if (message.Direction != MessageDirection.Outbound)
        {
            return;
        }

        Unfinished++;
        MessageRecord record = MessageRecord.Read(Open(message, part));
        run.Verdicts.Accepted(message, part.Epoch, Encoding.UTF8.GetString(record.From), FlagsOf(message.Contact).Count - 1);
        if (message.IsReply)
        {
            return;
        }

        unfinished[(message.Tenant, part.Shard)] = UnfinishedOf(message.Tenant, part.Shard) + 1;
        string text = Encoding.UTF8.GetString(record.Text);
        Wish? wish = run.WishOf(text);
        Violation.Unless(wish is not null, $"{message.Id} was kept with the text {text}, which nobody posted");
        // Each try of a message brings a fallback of its own; it goes only if its message was kept.
        Violation.Unless(ofTexts.TryAdd(text, message.Id) || wish!.IsFallback, $"{text} was kept twice: as {ofTexts.GetValueOrDefault(text)} and {message.Id}");
        wishes.Add(message.Id, wish!);
        if (message.Fallback != default)
        {
            Violation.Unless(messageOfFallback.TryAdd(message.Fallback, message.Id), $"{message.Id} and {messageOfFallback[message.Fallback]} have the same fallback, {message.Fallback}");
        }

        run.Order.Accepted(message.Id.Head, run.Time.GetTimestamp(), part.Epoch);
        if (run.Trace is not null)
        {
            run.Say($"{message.Id} is kept: {text}");
        }

        // A time that had passed when the body was read is none; the clock may have been set back since.
        bool hasTime = message.NotBeforeMs == wish!.ScheduleAtMs || (message.NotBeforeMs == 0 && (wish.ScheduleAtMs <= message.AcceptedAtMs || run.ClockWasSet));
        long validUntilMs = Rules.ValidUntilMs(message.NotBeforeMs == 0 ? wish with { ScheduleAtMs = 0 } : wish, message.AcceptedAtMs);
        bool isWished = hasTime && message.Tenant == wish.Tenant && Same(message.Purpose, wish.Purpose) && Same(message.Priority, wish.Priority) && message.Segments == wish.Segments
            && message.ValidUntilMs == validUntilMs && message.IsDormant == wish.IsFallback && message.HasIdempotencyKey == (wish.Key is not null && !wish.IsFallback);
        Violation.Unless(
            isWished,
            $"{message.Id} was kept for tenant {message.Tenant} as {message.Purpose} {message.Priority} of {message.Segments} segments, valid until {message.ValidUntilMs}; it was posted as {wish}, valid until {validUntilMs}");
        if (message.NotBeforeMs > 0 || wish.IsFallback)
        {
            run.Order.Deferred(message.Id.Head);
        }
    }

    private static bool Same<T>(T value, string word)
        where T : struct, Enum => string.Equals(value.ToString(), word, StringComparison.OrdinalIgnoreCase);

    private void Kept(in JournalEntry entry, JournalPart part)
    {
        run.Limits.Kept(entry);
        if (run.Trace is not null)
        {
            run.Say($"{entry.Kind} {entry.Status} {entry.Reason} of {entry.Message} is kept");
        }

        switch (entry.Kind)
        {
            case EntryKind.Status:
                run.Coverage.Count(VerdictNames.Of(entry.Status, entry.Reason));
                if (entry.Status == MessageStatus.Queued)
                {
                    LookAtQueued(entry);
                }
                else
                {
                    Ended(entry, part);
                    Decide(entry);
                }

                break;
            case EntryKind.Leaving:
                run.Order.HasPlace(entry.Message.Head, part.Epoch);
                break;
            case EntryKind.FallbackDone:
                Violation.Unless(fallbacksDone.Add(entry.Message), $"the fallback of {entry.Message} was woken or done with twice");
                LookAtWoken(entry.Message);
                run.Coverage.Count(accepted[entry.Message].IsDormant ? "act: fallback woken" : "act: fallback done with");
                break;
            case EntryKind.Flags:
                FlagsOf(entry.Contact).Add(new FlagsKept(new FlagBits(entry.Flags.Bits)) { IsPersons = entry.FollowsFrom != 0 });
                break;
            default:
                break;
        }

        if (entry.Kind == EntryKind.SegmentSent || (entry.Kind == EntryKind.Status && entry.Status == MessageStatus.Sent))
        {
            Violation.Unless(sent.TryAdd((entry.Message, entry.Segment), entry.ReceiptKey), $"segment {entry.Segment} of {entry.Message} was kept as sent twice");
            sentInPart.Add(entry.Message);
            sentKeys[entry.ReceiptKey] = (entry.Message, entry.Segment); // a carrier may use it again
            run.Carriers.Kept(entry.ReceiptKey, entry.Message, entry.Segment);
            Spend(entry, part);
        }
    }

    // `Queued` is also told to what stands in its lane, and does not take it out of there.
    private void LookAtQueued(in JournalEntry entry)
    {
        if (entry.Reason is Reason.Retry or Reason.QuietHours || run.Plan.Tenant(entry.Tenant).PerRecipient is not null)
        {
            run.Order.Deferred(entry.Message.Head); // told once: it may have been told before that it waits for another reason
        }
        else if (entry.Reason == Reason.ProviderDown)
        {
            run.Order.Down(entry.Message.Head);
        }
    }

    private void Ended(in JournalEntry entry, JournalPart part)
    {
        if (accepted.TryGetValue(entry.Message, out AcceptedMessage message) && message.Direction == MessageDirection.Outbound && ended.Add(entry.Message))
        {
            Unfinished--;
            unfinished[(message.Tenant, part.Shard)] = UnfinishedOf(message.Tenant, part.Shard) - (message.IsReply ? 0 : 1);
            run.Verdicts.Ended(entry, message, owners[(part.Shard, part.Epoch)]);
            if (message.IsDormant && entry.Status == MessageStatus.Cancelled)
            {
                run.Coverage.Count("act: fallback cancelled");
            }
        }
    }

    // Exact for what a silo knows: what was spent before it started, and by itself since. Stocks are not lent over silos yet, so all of them together may spend as much again each.
    // What was kept and not told is a doubt, which another silo's ownership of the shard does not settle here.
    private void Spend(in JournalEntry entry, JournalPart part)
    {
        SimulatedSilo owner = owners[(part.Shard, part.Epoch)];
        run.Verdicts.Sent(entry, owner);
        long price = entry.Price / 1_000_000;
        spent[entry.Tenant] = spent.GetValueOrDefault(entry.Tenant) + price;
        long known = owner.Spend(entry.Tenant, run.SiloCount > 1 && part.Outcome != PartOutcome.Kept ? 0 : price);
        TenantPlan plan = run.Plan.Tenant(entry.Tenant);
        Violation.Unless(plan.Credit is null || price == 0 || known <= plan.Credit, $"silo {owner.Number} knows of {known} that tenant {entry.Tenant} spent, of a credit of {plan.Credit}");
    }

    private string TextOf(in AcceptedMessage message, JournalPart part) => Encoding.UTF8.GetString(MessageRecord.Read(Open(message, part)).Text);

    private byte[] Open(in AcceptedMessage message, JournalPart part)
    {
        byte[] record = new byte[message.SealedLength - IRecordSealer.Overhead];
        bool opened = run.Sealer.TryOpen(message.Tenant, message.KeySlot, message.Id, part.Sealed.Span.Slice(message.SealedOffset, message.SealedLength), record);
        Violation.Unless(opened, $"{message.Id} of tenant {message.Tenant} was kept in a form that does not open");
        return record;
    }
}
