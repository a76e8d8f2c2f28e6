using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Inbound;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Segments;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Engine.Shards;

/// <content>
/// Messages from end users: kept, with what they ask for (a flag, an answer), in one part and so in one transaction; acknowledged once that is kept, a STOP once nothing that it forbids can
/// leave any more. They are finished as soon as they are kept and take no place in the slab.
/// </content>
internal sealed partial class Shard
{
    /// <summary>Bytes of a text at most: with addresses it stays below the 65,535 of a record's field.</summary>
    public const int InboundTextBytesMax = 60_000;

    private readonly List<InboundUnderWay> inboundUnderWay = [];
    private readonly HashSet<int> inboundRows = [];
    private readonly ReplyAllowance replies;
    private int acceptsInPart;

    /// <summary>Begins the inbound share of a part, which comes last in it: the flags it changes follow from all others in the part.</summary>
    public void BeginInbound(JournalPart part)
    {
        acceptsInPart = part.Accepted.Count;
        inboundRows.Clear();
    }

    /// <summary>
    /// Adds a message, or a part of one, to <paramref name="part"/>; its contact's row is in memory. False: it must wait for the next part, because its contact has one in this one already
    /// that may turn out a repeat, and what follows from it with it.
    /// </summary>
    public bool TryPrepare(InboundTask task, int row, JournalPart part, StructList<int> partRows)
    {
        if (inboundRows.Contains(row))
        {
            return false;
        }

        if (Configuration.IsClosed(task.Origin.Tenant))
        {
            task.Answer(false); // told again, it is nobody's
            return true;
        }

        if (task.OnlyIfKnown && rows[row].KeySlot == 0)
        {
            task.Answer(InboundOutcome.ContactUnknown);
            return true;
        }

        if (task.Part is { } which)
        {
            Span<byte> mark = stackalloc byte[InboundPart.Size];
            which.Write(mark);
            int index = AddInbound(task.Origin, row, task.Text.Span, mark, default, 1, part, partRows);
            part.Accepted[index].IsPart = true;
            SetKey(ref part.Accepted[index], task.Key);
            inboundUnderWay.Add(new InboundUnderWay { Index = index, Row = row, Task = task });
            return true;
        }

        PrepareWhole(new InboundUnderWay { Row = row, Task = task }, task.Origin, task.Text.Span, task.Segments, part, partRows);
        SetKey(ref part.Accepted[inboundUnderWay[^1].Index], task.Key);
        return true;
    }

    /// <summary>The part was kept: messages take effect, in their order, after all its other steps.</summary>
    /// <param name="part">The part.</param>
    /// <param name="releaseEnd">See <see cref="ApplySteps"/>.</param>
    /// <param name="mayBeOpen">See <see cref="ApplySteps"/>.</param>
    public void ApplyInbound(JournalPart part, long releaseEnd, bool mayBeOpen)
    {
        foreach (InboundUnderWay one in inboundUnderWay)
        {
            Apply(one, part, releaseEnd, mayBeOpen);
        }

        inboundUnderWay.Clear();
        preparedRing.Clear();
        ApplyInbounds(part);
    }

    /// <summary>The part was rolled back: whoever told a message tells it again; parts that were to be joined wait for the next part.</summary>
    public void RefuseInbound()
    {
        for (int i = inboundUnderWay.Count - 1; i >= 0; i--)
        {
            InboundUnderWay one = inboundUnderWay[i];
            if (one.HasReply)
            {
                effects.Finished(one.Tenant);
            }

            if (one.Group is { } group)
            {
                ready.AddFirst(group);
            }

            one.Task?.Answer(false);
        }

        inboundUnderWay.Clear();
        RefuseInbounds();
    }

    /// <summary>A dead letter is done with.</summary>
    public void OnDeadLetterDone(DeadLetterTask task)
    {
        ref Step step = ref pending.Add();
        step.Kind = StepKind.DeadLetterDone;
        step.Target = task;
    }

    private static void SetKey(ref AcceptedMessage message, UInt128? key)
    {
        message.HasIdempotencyKey = key is not null;
        message.IdempotencyKey = key.GetValueOrDefault();
        message.BodyHash = 0; // the key alone says that it is the same
    }

    // A whole message and what follows from it: the place where whatever else an inbound message does in its own transaction is added (entries with FollowsFrom).
    private void PrepareWhole(InboundUnderWay one, InboundOrigin origin, ReadOnlySpan<byte> text, byte segments, JournalPart part, StructList<int> partRows)
    {
        int row = one.Row;
        inboundRows.Add(row);
        one.Index = AddInbound(origin, row, text, default, one.Task is { } task ? task.Metadata.Span : default, segments, part, partRows);
        inboundUnderWay.Add(one);
        if (Configuration.FindTenant(origin.Tenant) is not { } tenant)
        {
            return; // nobody's, or nobody's any more: kept, and that is all
        }

        one.Tenant = tenant.Number;
        OnInbound(row, one.Index, part);
        var before = new ContactFlags(flagsUnderWay.TryGetValue(row, out uint bits) ? bits : rows[row].FlagBits);
        InboundVerdict verdict = InboundDecision.Decide(tenant, origin.Channel, origin.From.Span, origin.Own.Utf8.Span, text, before);
        one.Flags = verdict.Flags;
        one.ChangesFlags = verdict.Flags != before;
        one.TakesAway = verdict.Action is WordAction.Stop or WordAction.StopAll;
        if (one.ChangesFlags)
        {
            flagsUnderWay[row] = verdict.Flags.Bits;
            ref JournalEntry entry = ref part.Entries.Add();
            entry.Kind = EntryKind.Flags;
            entry.FollowsFrom = one.Index + 1;
            entry.AtMs = NowMs;
            entry.Flags = verdict.Flags;
            entry.Tenant = tenant.Number;
            entry.Contact = rows[row].Id;
            entry.KeySlot = rows[row].KeySlot;
        }

        if (verdict.Reply is { } reply)
        {
            if (MayReply(origin, row))
            {
                AddReply(origin, row, reply, verdict.ConfirmsStop, part, partRows);
                one.HasReply = true;
                effects.Started(tenant.Number);
            }
            else
            {
                effects.Inbound.Add(InboundCount.RepliesHeldBack);
            }
        }
    }

    // Not to a name or a short code, which nobody reads at; not to a tenant's own number, which would answer in turn; and never without end.
    private bool MayReply(InboundOrigin origin, int row)
    {
        Span<byte> canonical = stackalloc byte[Address.ValueBytesMax];
        return origin.From.Length <= Address.ValueBytesMax
            && Address.ParseValue(origin.Channel, origin.From.Span, canonical, out _) == AddressReason.None
            && Configuration.Numbers.Find(origin.From.Span) is null
            && replies.TryTake(rows[row].Id, MonotonicMs);
    }

    private int AddInbound(
        InboundOrigin origin, int row, ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark, ReadOnlySpan<byte> metadata, byte segments, JournalPart part, StructList<int> partRows)
    {
        ReadOnlySpan<byte> from = origin.From.Span;
        ReadOnlySpan<byte> own = origin.Own.Utf8.Span;
        MessageId id = ids.Next(NowMs);
        int length = MessageRecord.SizeWithoutFrom(from.Length, text.Length, mark.Length, metadata.Length) + MessageRecord.SizeOfFrom(own.Length);
        byte[] record = RecordPool.Shared.Rent(length);
        MessageRecord.AppendFrom(own, record.AsSpan(MessageRecord.Write(origin.Channel, ContentType.Text, from, text, mark, metadata, record)));
        ref AcceptedMessage message = ref AddAccepted(id, origin, row, record.AsSpan(0, length), part, partRows);
        RecordPool.Shared.Return(record, length);
        message.Direction = MessageDirection.Inbound;
        message.Segments = segments;
        message.Provider = origin.Provider;
        message.ValidUntilMs = NowMs;
        preparedRing.Add(0);
        return part.Accepted.Count - 1;
    }

    private void AddReply(InboundOrigin origin, int row, string reply, bool confirmsStop, JournalPart part, StructList<int> partRows)
    {
        byte[] text = Encoding.UTF8.GetBytes(reply);
        ReadOnlySpan<byte> own = origin.Own.Utf8.Span;
        MessageId id = ids.Next(NowMs);
        int length = MessageRecord.SizeWithoutFrom(origin.From.Length, text.Length, 0, 0) + MessageRecord.SizeOfFrom(own.Length);
        Span<byte> record = ring.Put(id.Head, length, out uint ringAt);
        MessageRecord.AppendFrom(own, record[MessageRecord.Write(origin.Channel, ContentType.Text, origin.From.Span, text, default, default, record)..]);
        ref AcceptedMessage message = ref AddAccepted(id, origin, row, record, part, partRows);
        message.IsReply = true;
        message.ConfirmsStop = confirmsStop;
        message.Segments = origin.Channel == Channel.Sms ? (byte)SmsText.Measure(text, out _) : (byte)1;
        message.Prefix = Address.IsNumber(origin.Channel) ? DestinationPrefix.Of(origin.From.Span).Packed : 0;
        message.ValidUntilMs = NowMs + DefaultValidityMs;
        preparedRing.Add(ringAt);
    }

    private ref AcceptedMessage AddAccepted(MessageId id, InboundOrigin origin, int row, ReadOnlySpan<byte> record, JournalPart part, StructList<int> partRows)
    {
        Pin(row);
        partRows.Add(row);
        ref ContactRow contact = ref rows[row];
        if (contact.KeySlot == 0)
        {
            contact.KeySlot = sealer.NewKeySlot();
        }

        ref AcceptedMessage message = ref part.Accepted.Add();
        message.SealedOffset = part.Sealed.Count;
        message.SealedLength = record.Length + IRecordSealer.Overhead;
        sealer.Seal(origin.Tenant, contact.KeySlot, id, record, part.Sealed.Add(message.SealedLength));
        message.Id = id;
        message.Contact = contact.Id;
        message.Sender = origin.Own.Tag;
        message.Tenant = origin.Tenant;
        message.KeySlot = contact.KeySlot;
        message.PreviousHead = contact.LastHead;
        message.AcceptedAtMs = NowMs;
        message.Channel = origin.Channel;
        message.Purpose = Purpose.Service;
        message.Priority = Priority.Normal;
        contact.LastHead = id.Head;
        return ref message;
    }

    private void Apply(InboundUnderWay one, JournalPart part, long releaseEnd, bool mayBeOpen)
    {
        if (one.Index < 0)
        {
            EndJoin(one.Group!, isTold: false); // nothing of it was left to tell
            return;
        }

        AcceptedMessage message = part.Accepted[one.Index];
        bool isNew = message.Kept == KeptAs.New;
        effects.Inbound.Add(!isNew ? InboundCount.Repeated
            : message.IsPart ? InboundCount.Parts
            : message.Tenant == 0 ? InboundCount.UnknownNumber
            : InboundCount.Received);
        if (message.IsPart)
        {
            if (isNew)
            {
                AddPart(one.Task!.Origin, one.Row, message.Id, one.Task.Part!.Value, one.Task.Text, NowMs);
            }
            else
            {
                RepeatPart(one.Task!.Origin, one.Row, message.FirstId, one.Task.Part!.Value, one.Task.Text);
            }

            Unpin(one.Row);
            one.Task!.Answer(true);
            return;
        }

        if (isNew)
        {
            OnInboundKept(one, message);
        }

        if (one.HasReply)
        {
            ApplyReply(part.Accepted[one.Index + 1], one.Row, preparedRing[one.Index + 1]);
        }

        if (!isNew && one is { ChangesFlags: true, TakesAway: true, Task: { Key: not null } again })
        {
            // Told under a key that was seen, but he has given again since what he takes away now: it is no repeat, or one whose word must hold all the same.
            Unpin(one.Row);
            again.Key = null;
            effects.TakeAgain(again);
            return;
        }

        if (one.Group is { } group)
        {
            EndJoin(group, isTold: true);
        }

        AnswerInbound(one, releaseEnd, mayBeOpen);
    }

    // A whole message is kept, as new: what the shard remembers of it follows.
    private void OnInboundKept(InboundUnderWay one, in AcceptedMessage message)
    {
        if (message.Tenant == 0)
        {
            if (one.Group is not null)
            {
                effects.LetterJoined(message.Id); // its first word, which only the whole one has, may name a tenant
            }

            return;
        }

        ref ContactRow row = ref rows[one.Row];
        if (SenderAllowed(Configuration.FindTenant(message.Tenant), message.Sender))
        {
            row.LastSender = message.Sender;
        }

        if (one.ChangesFlags)
        {
            row.FlagBits = one.Flags.Bits;
        }
    }

    private void ApplyReply(in AcceptedMessage message, int row, uint ringAt)
    {
        if (message.Kept != KeptAs.New)
        {
            effects.Finished(message.Tenant);
            Unpin(row);
            return;
        }

        effects.Inbound.Add(InboundCount.Replies);
        effects.Count(MessageStatus.Accepted, Reason.None);
        int slot = AddMessage(message, row);
        messages[slot].RingAt = ringAt;
        Place(slot, new LaneKey(0, message.Tenant, message.Sender, message.Channel, message.Purpose, message.Priority), 0);
    }

    // The row stays pinned until it is answered, as with a change of flags.
    private void AnswerInbound(InboundUnderWay one, long releaseEnd, bool mayBeOpen)
    {
        if (one.Task is { } task && one.TakesAway && (mayBeOpen || rows[one.Row].Open > 0))
        {
            flagWaiters.Add((new FlagsTask(one.Tenant, task.Contact, default, task) { Kept = rows[one.Row].Flags }, one.Row, releaseEnd, mayBeOpen));
            return;
        }

        Unpin(one.Row);
        one.Task?.Answer(true);
    }

    // A message in the part with the journal.
    private sealed class InboundUnderWay
    {
        /// <summary>Its place in the part; its answer's is the next. -1: of its parts only the ends are in it.</summary>
        public int Index { get; set; } = -1;

        public int Row { get; init; }

        public int Tenant { get; set; }

        /// <summary>Who waits for it; null: it was joined.</summary>
        public InboundTask? Task { get; init; }

        /// <summary>The parts it was joined of.</summary>
        public PartGroup? Group { get; init; }

        public ContactFlags Flags { get; set; }

        public bool ChangesFlags { get; set; }

        public bool TakesAway { get; set; }

        public bool HasReply { get; set; }
    }
}
