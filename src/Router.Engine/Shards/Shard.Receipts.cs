using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Receipts;

namespace Router.Engine.Shards;

/// <content>
/// Receipts: a message is delivered when all its segments are; <c>sent</c> never follows <c>delivered</c>. Of one message one thing is on its way to the journal at a time, an end or a receipt;
/// the receipts behind it wait here. So each is judged by what is kept, and a commit that is rolled back leaves nothing to take back.
/// </content>
internal sealed partial class Shard
{
    // By the message's head, while something of the message is on its way. Bounded by the sessions' own bounds.
    private readonly Dictionary<ulong, ReceiptLine> receiptLines = [];

    /// <summary>Takes a receipt that belongs here: matched, or by its key's shard when it found no message.</summary>
    public void OnReceipt(ReceiptTask task)
    {
        if (task.IsDone)
        {
            CloseUnmatched(task);
        }
        else if (!task.Matched)
        {
            AddReceiptStep(StepKind.Unmatched, task);
        }
        else if (task.LookedUpUnder == epoch)
        {
            OnLookedUp(task);
        }
        else
        {
            OnMatched(task);
        }
    }

    private void OnMatched(ReceiptTask task)
    {
        ulong head = task.Awaited.Message.Head;
        ref ReceiptLine line = ref CollectionsMarshal.GetValueRefOrNullRef(receiptLines, head);
        if (!Unsafe.IsNullRef(ref line))
        {
            line.Add(task);
            return;
        }

        if (FindMessage(task.Awaited.Message) is >= 0 and int slot && messages[slot].Stage == MessageStage.Ending)
        {
            receiptLines.Add(head, new ReceiptLine { First = task }); // for what it ended as
            return;
        }

        // Of one segment, as most are, the receipt is whole anyway; 0: not known yet.
        bool isWholeIfNotSaid = task.Awaited.Segments != 1 && effects.HasWholeReceipts(task.Receipt.Provider);
        switch (receipts.Judge(task, isWholeIfNotSaid, out MessageStatus status))
        {
            case ReceiptEffect.Some:
                receiptLines.Add(head, new ReceiptLine { UnderWay = task });
                task.EndsMessage = status != MessageStatus.None && StopRest(task.Awaited.Message);
                AddReceiptStep(StepKind.Receipt, task).Status = status;
                return;
            case ReceiptEffect.Anothers:
                effects.Requeue(task);
                return;
            case ReceiptEffect.Expected:
                receiptLines.Add(head, new ReceiptLine { First = task }); // its outcome is in the queue or a step already
                return;
            case ReceiptEffect.Unknown:
                receiptLines.Add(head, new ReceiptLine { UnderWay = task });
                LookUp(task);
                return;
            case ReceiptEffect.Nothing when task.WasKept:
                CloseUnmatched(task);
                break;
            default:
                break;
        }

        task.Answer(true); // said before: nothing new to keep
    }

    private void LookUp(ReceiptTask task)
    {
        task.LookedUpUnder = epoch;
        task.LookUpFailed = task.IsLookUpOld = false;
        task.Found = null;
        effects.LookUp(task);
    }

    private void OnLookedUp(ReceiptTask task)
    {
        if (task.IsLookUpOld)
        {
            LookUp(task);
            return;
        }

        task.LookedUpUnder = 0;
        receiptLines.Remove(task.Awaited.Message.Head, out ReceiptLine line);
        if (task.LookUpFailed)
        {
            effects.NotKept(task); // storage can't say: the carrier sends it again
        }
        else if (task.Found is { } found && found.Message.Shard == number)
        {
            if (receipts.Add(found, isAll: true) is { } early)
            {
                effects.Requeue(early);
            }

            task.Awaited = found;
            OnMatched(task);
        }
        else if (task.Found is { } elsewhere)
        {
            task.Awaited = elsewhere; // a carrier that uses an id again
            effects.Requeue(task);
        }
        else
        {
            effects.Unmatched(task);
        }

        GoOn(line);
    }

    // An outcome or an end of a message is kept, or is known as never kept.
    private void GoOnWithReceipts(ulong head)
    {
        if (receiptLines.Count == 0 || !receiptLines.TryGetValue(head, out ReceiptLine line))
        {
            return;
        }

        if (line.UnderWay is { } underWay)
        {
            underWay.IsLookUpOld = true; // of no account when it is with the journal: then the others wait for that
            return;
        }

        receiptLines.Remove(head);
        GoOn(line);
    }

    private void GoOn(ReceiptLine line)
    {
        while (line.TryTake(out ReceiptTask? task))
        {
            OnMatched(task);
        }
    }

    // The receipt that was on its way is kept, or will not be.
    private void EndReceipt(ReceiptTask task)
    {
        receiptLines.Remove(task.Awaited.Message.Head, out ReceiptLine line);
        GoOn(line);
    }

    private void AbandonReceipts()
    {
        foreach (ReceiptLine waiting in receiptLines.Values)
        {
            ReceiptLine line = waiting;
            while (line.TryTake(out ReceiptTask? task))
            {
                effects.NotKept(task);
            }
        }

        receiptLines.Clear();
    }

    // Sent is kept: from now on its receipt counts.
    private void AwaitReceipt(in Step step)
    {
        if (step.ReceiptKey == 0)
        {
            return;
        }

        ref WaitingMessage message = ref messages[step.Slot];
        LaneKey key = KeyOf(step.Slot);
        var awaited = new AwaitedReceipt
        {
            ReceiptKey = step.ReceiptKey,
            Message = message.Id,
            Contact = rows[message.Contact].Id,
            Sender = key.SenderTag,
            Tenant = key.Tenant,
            Provider = step.Provider,
            Segment = step.Segment,
            Segments = message.Segments,
            Scope = step.ReceiptScope,
            HasReference = (message.Marks & MessageMarks.Reference) != 0,
            Status = MessageStatus.Sent,
            ValidUntilMs = message.ValidUntilS * 1000L,
        };
        if (receipts.Add(awaited, step.IsFirst) is { } early)
        {
            effects.Requeue(early);
        }
    }

    private void ApplyReceipt(in Step step)
    {
        if (step.Target is not ReceiptTask task)
        {
            return;
        }

        if (step.Kind == StepKind.Unmatched)
        {
            task.WasKept = true;
            task.Forwarded = false; // from here on it is this silo's
            if (receipts.AddUnmatched(task, out ReceiptTask? dropped))
            {
                effects.Requeue(task);
            }

            if (dropped is not null)
            {
                CloseUnmatched(dropped);
            }

            task.Answer(true);
            return;
        }

        receipts.Kept(task, step.Status);
        TellFallback(task.Awaited.Message.Head, step.Status, task.Receipt.Reason);
        if (task.EndsMessage && FindMessage(task.Awaited.Message) is >= 0 and int slot)
        {
            segmented[slot].EndKept = true;
            if (messages[slot].Stage != MessageStage.Sending)
            {
                EndStopped(slot);
            }
        }

        if (task.WasKept)
        {
            CloseUnmatched(task);
        }

        task.Answer(true);
        EndReceipt(task);
    }

    // It took effect and was answered. One that had been kept as unmatched may be held by others.
    private void LetGoOfReceipt(ref Step step)
    {
        var task = (ReceiptTask)step.Target!;
        if (!task.WasKept)
        {
            step.Target = null; // an end in the middle of this part must not find it
            receipts.Tasks.Return(task);
        }
    }

    private void RefuseReceipt(in Step step)
    {
        var task = (ReceiptTask)step.Target!;
        effects.NotKept(task);
        if (step.Kind == StepKind.Receipt)
        {
            EndReceipt(task);
        }
    }

    // A long message of which a segment has its last status already: what has not left does not leave. False: it is not under way.
    private bool StopRest(in MessageId id)
    {
        int slot = FindMessage(id);
        if (slot < 0 || !segmented.TryGetValue(slot, out SegmentState? state))
        {
            return false;
        }

        state.Ended = true;
        if (Waits(messages[slot].Stage))
        {
            RemoveFromWheel(slot);
            messages[slot].Stage = MessageStage.Ending;
        }

        return true;
    }

    private void EndStopped(int slot)
    {
        AnswerCancels(slot, cancelled: false);
        RemoveMessage(slot, MessageStatus.None);
    }

    private void CloseUnmatched(ReceiptTask task)
    {
        ref Step step = ref pending.Add();
        step.Kind = StepKind.ReceiptDone;
        step.Slot = -1;
        step.Segment = (byte)task.Receipt.Status; // not its Status: that would be counted
        step.ReceiptKey = task.Receipt.ReceiptKey;
    }

    private ref Step AddReceiptStep(StepKind kind, ReceiptTask task)
    {
        ref Step step = ref pending.Add();
        step.Kind = kind;
        step.Slot = -1;
        step.Target = task;
        return ref step;
    }
}
