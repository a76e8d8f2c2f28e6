using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>Steps: what is decided, written, and applied once it is kept.</content>
internal sealed partial class Shard
{
    private readonly Dictionary<int, uint> flagsUnderWay = [];
    private readonly StructList<Step> underWay = new(64);

    /// <summary>Moves pending steps into <paramref name="part"/> as log entries, in their order.</summary>
    public void FillPart(JournalPart part)
    {
        while (part.Entries.Count < options.EntryBatchMax && part.Conversations.Count < options.EntryBatchMax && pending.TryTake(out Step step))
        {
            if (step.Kind == StepKind.Conversation)
            {
                WriteConversation(step, part);
            }
            else
            {
                Write(step, ref part.Entries.Add());
            }

            underWay.Add(step);
        }
    }

    /// <summary>The part was kept: its steps take effect, in order.</summary>
    /// <param name="releaseEnd">Monotonic time at which every release open now has ended.</param>
    /// <param name="mayBeOpen">Whether releases that this shard does not know of may be open: an earlier owner's.</param>
    public void ApplySteps(long releaseEnd, bool mayBeOpen)
    {
        for (int i = 0; i < underWay.Count; i++)
        {
            ref Step step = ref underWay[i];
            Apply(step, releaseEnd, mayBeOpen);
            if (step.IsOutcome)
            {
                effects.OutcomeKept(step.Provider);
            }
            else if (step.Kind == StepKind.Receipt)
            {
                LetGoOfReceipt(ref step);
            }
        }

        underWay.Clear();
        flagsUnderWay.Clear();
    }

    /// <summary>
    /// The part was rolled back, nothing is stored: who waits is told to try again; what must not be lost (outcomes, ends) waits for the next part, in its order.
    /// </summary>
    public void RefuseSteps()
    {
        for (int i = underWay.Count - 1; i >= 0; i--)
        {
            ref Step step = ref underWay[i];
            switch (step.Kind)
            {
                case StepKind.Flags:
                    Unpin(step.Slot);
                    ((FlagsTask)step.Target!).Settle(null);
                    break;
                case StepKind.Conversation when RefuseConversation(step):
                    break;
                case StepKind.Receipt or StepKind.Unmatched when step.Target is ReceiptTask { WasKept: false, EndsMessage: false }:
                    RefuseReceipt(step);
                    break;
                default:
                    pending.AddFirst(step);
                    break;
            }
        }

        underWay.Clear();
        flagsUnderWay.Clear();
    }

    /// <summary>The ownership ends: everyone who waits is told to try again, every unkept outcome frees its place.</summary>
    public void Abandon()
    {
        while (pending.TryTake(out Step step))
        {
            underWay.Add(step);
        }

        AbandonCredit();
        foreach (ref Step step in underWay.Span)
        {
            if (step.IsOutcome)
            {
                effects.OutcomeKept(step.Provider);
            }

            (step.Target as FlagsTask)?.Settle(null);
            (step.Target as ConversationTask)?.Answer.TrySetResult(null);
            (step.Target as DeadLetterTask)?.Answer.TrySetResult(false);
            (step.Target as NoticeTask)?.Answer.TrySetResult(false);
            if (step.Target is ReceiptTask receipt)
            {
                effects.NotKept(receipt);
            }
        }

        AbandonReceipts();
        AbandonFallbacks();
        AbandonWatches();
        AbandonInbound();

        underWay.Clear();
        foreach ((FlagsTask task, _, _, _) in flagWaiters)
        {
            task.Settle(null); // kept, but a release may still be open: asked again, it is certain
        }

        foreach (List<CancelTask> waiting in cancels.Values)
        {
            waiting.ForEach(static task => task.Answer.TrySetResult(CancelOutcome.Unavailable));
        }

        for (int slot = 0; slot < messageCount; slot++)
        {
            if (messages[slot].Head != 0 && (messages[slot].Marks & MessageMarks.Unlinked) == 0)
            {
                LaneKey key = KeyOf(slot);
                effects.Finished(key.Tenant);
                GiveCreditBack(slot, key, MessageStatus.None);
            }
        }

        ForgetAllReadBack();
        ring.Wipe();
    }

    /// <summary>A change of flags; the contact's row is pinned and stays so until it is answered.</summary>
    public void OnFlags(FlagsTask task, int row)
    {
        ref Step step = ref pending.Add();
        step.Kind = StepKind.Flags;
        step.Slot = row;
        step.Target = task;
    }

    private ref Step AddStep(StepKind kind, int slot)
    {
        ref Step step = ref pending.Add();
        step.Kind = kind;
        step.Slot = slot;
        step.Head = messages[slot].Head;
        return ref step;
    }

    private ref Step Finish(int slot, MessageStatus status, Reason reason)
    {
        long leftMs = GivePlaceBack(slot);
        NoteUnreleased(slot);
        messages[slot].Stage = MessageStage.Ending;
        ref Step step = ref AddStep(StepKind.Finish, slot);
        step.LeftMs = leftMs;
        step.Status = status;
        step.Reason = reason;
        return ref step;
    }

    private void Tell(int slot, Reason reason)
    {
        ref WaitingMessage message = ref messages[slot];
        if ((message.Marks & MessageMarks.Told) == 0)
        {
            message.Marks |= MessageMarks.Told;
            Decided(slot);
            ref Step step = ref AddStep(StepKind.Told, slot);
            step.Status = MessageStatus.Queued;
            step.Reason = reason;
        }
    }

    private void Write(in Step step, ref JournalEntry entry)
    {
        entry.AtMs = Math.Max(NowMs, step.LeftMs);
        entry.Status = step.Status;
        entry.Reason = step.Reason;
        entry.Segment = step.Segment;
        entry.Provider = step.Provider;
        entry.ReceiptKey = step.ReceiptKey;
        entry.HasLeft = step.LeftMs != 0;
        switch (step.Kind)
        {
            case StepKind.Finish or StepKind.Leaving or StepKind.Retry or StepKind.Told or StepKind.SegmentSent or StepKind.Woken:
            {
                entry.Kind = step.Kind switch
                {
                    StepKind.SegmentSent => EntryKind.SegmentSent,
                    StepKind.Leaving => EntryKind.Leaving,
                    StepKind.Woken => EntryKind.FallbackDone,
                    _ => EntryKind.Status,
                };

                // A message can end while `queued` is on its way: then there is nothing to tell any more, but the entry keeps its place.
                ref WaitingMessage message = ref messages[step.Slot];
                LaneKey key = lanes[message.Lane]!.Key;
                entry.Message = message.Id;
                entry.Contact = rows[message.Contact].Id;
                entry.Sender = key.SenderTag;
                entry.Tenant = key.Tenant;
                entry.HasReference = (message.Marks & MessageMarks.Reference) != 0;
                entry.Attempts = message.Attempts;
                if (step.Kind == StepKind.SegmentSent || step.Status == MessageStatus.Sent)
                {
                    entry.Channel = key.Channel;
                    entry.Price = step.Price;
                    entry.ReceiptScope = step.ReceiptKey == 0 ? ReceiptScope.NotSaid : step.ReceiptScope;
                }

                break;
            }

            case StepKind.Receipt:
            {
                var task = (ReceiptTask)step.Target!;
                entry.Kind = step.Status == MessageStatus.None ? EntryKind.SegmentReceipt : EntryKind.Status;
                entry.Status = step.Status == MessageStatus.None ? task.Receipt.Status : step.Status;
                entry.Reason = task.Receipt.Reason;
                entry.Message = task.Awaited.Message;
                entry.Contact = task.Awaited.Contact;
                entry.Sender = task.Awaited.Sender;
                entry.Tenant = task.Awaited.Tenant;
                entry.Segment = task.Awaited.Segment;
                entry.Provider = task.Receipt.Provider;
                entry.HasReference = task.Awaited.HasReference;
                break;
            }

            case StepKind.Unmatched:
            {
                var task = (ReceiptTask)step.Target!;
                entry.Kind = EntryKind.UnmatchedReceipt;
                entry.Status = task.Receipt.Status;
                entry.Reason = task.Receipt.Reason;
                entry.Provider = task.Receipt.Provider;
                entry.ReceiptKey = task.Receipt.ReceiptKey;
                break;
            }

            case StepKind.ReceiptDone:
                entry.Kind = EntryKind.ReceiptDone;
                entry.Status = (MessageStatus)step.Segment;
                entry.Segment = 0;
                break;
            case StepKind.FallbackDone:
            {
                var fallback = (PendingFallback)step.Target!;
                entry.Kind = EntryKind.FallbackDone;
                entry.Message = fallback.Message;
                entry.Contact = fallback.Contact;
                entry.Sender = fallback.Sender;
                entry.Tenant = fallback.Tenant;
                break;
            }

            case StepKind.DeadLetterDone:
            {
                var task = (DeadLetterTask)step.Target!;
                entry.Kind = EntryKind.Status;
                entry.Status = MessageStatus.Delivered;
                entry.Message = task.Letter;
                entry.Contact = task.Contact;
                entry.Sender = task.Sender;
                break;
            }

            case StepKind.Flags:
            {
                var task = (FlagsTask)step.Target!;
                uint before = flagsUnderWay.TryGetValue(step.Slot, out uint bits) ? bits : rows[step.Slot].FlagBits;
                task.Kept = task.Change.Apply(new ContactFlags(before));
                flagsUnderWay[step.Slot] = task.Kept.Bits;
                entry.Kind = EntryKind.Flags;
                entry.Flags = task.Kept;
                entry.Tenant = task.Tenant;
                entry.Contact = task.Contact;
                entry.KeySlot = rows[step.Slot].KeySlot;
                break;
            }

            case StepKind.Notice:
                WriteNotice((NoticeTask)step.Target!, ref entry);
                break;
            default:
                throw new InvalidOperationException($"no such step: {step.Kind}");
        }
    }

    private void Apply(in Step step, long releaseEnd, bool mayBeOpen)
    {
        if (step.Status != MessageStatus.None)
        {
            effects.Count(step.Status, ReasonOf(step));
        }

        switch (step.Kind)
        {
            case StepKind.Finish:
                ApplyFinish(step);
                break;
            case StepKind.Retry:
                messages[step.Slot].Marks |= MessageMarks.Told;
                if (messages[step.Slot].Segments > 1 && segmented.TryGetValue(step.Slot, out SegmentState? state) && state.Ended)
                {
                    messages[step.Slot].Stage = MessageStage.Ending; // its receipt's step is behind this one
                    break;
                }

                Defer(step.Slot, NowMs + step.DelayMs);
                CancelIfAsked(step.Slot);
                break;
            case StepKind.SegmentSent:
                AwaitReceipt(step);
                GoOnWithReceipts(step.Head);
                break;
            case StepKind.Leaving:
                messages[step.Slot].Marks |= MessageMarks.Cleared;
                Back(step.Slot);
                break;
            case StepKind.Told:
                break;
            case StepKind.Woken:
                ApplyWoken(step.Slot);
                break;
            case StepKind.FallbackDone:
                ForgetFallback(step.Head);
                break;
            case StepKind.Receipt or StepKind.Unmatched or StepKind.ReceiptDone:
                ApplyReceipt(step);
                break;
            case StepKind.Flags:
                ApplyFlags(step, releaseEnd, mayBeOpen);
                break;
            case StepKind.Conversation:
                ApplyConversation(step);
                break;
            case StepKind.DeadLetterDone:
                ((DeadLetterTask)step.Target!).Answer.TrySetResult(true);
                break;
            case StepKind.Notice:
                ((NoticeTask)step.Target!).Answer.TrySetResult(true);
                break;
            default:
                throw new InvalidOperationException($"no such step: {step.Kind}");
        }
    }

    private static Reason ReasonOf(in Step step) => step is { Kind: StepKind.Receipt, Target: ReceiptTask task } ? task.Receipt.Reason : step.Reason;

    private void ApplyFinish(in Step step)
    {
        if (step.Status == MessageStatus.Sent)
        {
            effects.Left(NowMs - messages[step.Slot].Id.UnixMs);
            AwaitReceipt(step);
        }
        else if (messages[step.Slot].Segments > 1)
        {
            receipts.Ended(messages[step.Slot].Id, step.Status);
        }

        AnswerCancels(step.Slot, step.Status == MessageStatus.Cancelled);
        if (step.Target is QueueTask purge)
        {
            purge.Unkept--;
            purge.Cancelled++;
        }

        AnswerFallbackTasks(step.Slot, settled: true);
        RemoveMessage(step.Slot, step.Status);
        TellFallback(step.Head, step.Status, step.Reason);
        GoOnWithReceipts(step.Head);
    }

    private void ApplyFlags(in Step step, long releaseEnd, bool mayBeOpen)
    {
        var task = (FlagsTask)step.Target!;
        rows[step.Slot].FlagBits = task.Kept.Bits;
        if (mayBeOpen || rows[step.Slot].Open > 0)
        {
            flagWaiters.Add((task, step.Slot, releaseEnd, mayBeOpen));
            return;
        }

        Unpin(step.Slot);
        task.Settle(task.Kept);
    }
}
