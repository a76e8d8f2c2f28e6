using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Receipts;

namespace Router.Engine.Shards;

/// <content>Receipts: a message is delivered when all its segments are; <c>sent</c> never follows <c>delivered</c>, for a receipt stands behind its outcome in the shard's sequence.</content>
internal sealed partial class Shard
{
    // Keys of the matched receipts that wait for the journal: bounded by the steps.
    private readonly HashSet<ulong> unkeptReceipts = [];

    /// <summary>Takes a receipt that belongs here: matched, or by its key's shard when it found no message.</summary>
    public void OnReceipt(ReceiptTask task)
    {
        if (task.Expired)
        {
            CloseUnmatched(task);
            return;
        }

        if (!task.Matched)
        {
            AddReceiptStep(StepKind.Unmatched, task);
            return;
        }

        if (unkeptReceipts.Contains(task.Awaited.ReceiptKey))
        {
            // Doubled while the first is not kept: acknowledged when it comes again.
            if (task.WasKept)
            {
                CloseUnmatched(task);
            }
            else
            {
                effects.NotKept(task);
            }

            return;
        }

        switch (receipts.Begin(task, out MessageStatus status))
        {
            case ReceiptEffect.Some:
                unkeptReceipts.Add(task.Awaited.ReceiptKey);
                task.EndsMessage = status != MessageStatus.None && StopRest(task.Awaited.Message);
                AddReceiptStep(StepKind.Receipt, task).Status = status;
                return;
            case ReceiptEffect.Unknown:
                task.Matched = false;
                effects.LookUp(task);
                return;
            case ReceiptEffect.Nothing when task.WasKept:
                CloseUnmatched(task);
                break;
            default:
                break;
        }

        task.Answer(true); // said before: nothing new to keep
    }

    // From the moment of the outcome on: a receipt that comes before `sent` is kept stands behind it in the shard's order.
    private void AwaitReceipt(int slot, in Outcome outcome)
    {
        if (outcome.ReceiptKey == 0)
        {
            return;
        }

        ref WaitingMessage message = ref messages[slot];
        LaneKey key = KeyOf(slot);
        var awaited = new AwaitedReceipt
        {
            ReceiptKey = outcome.ReceiptKey,
            Message = message.Id,
            Contact = rows[message.Contact].Id,
            Sender = key.SenderTag,
            Tenant = key.Tenant,
            Provider = outcome.Provider,
            Segment = outcome.Segment,
            Segments = message.Segments,
            HasReference = (message.Marks & MessageMarks.Reference) != 0,
            Status = MessageStatus.Sent,
            ValidUntilMs = message.ValidUntilS * 1000L,
        };
        if (receipts.Add(awaited) is { } early)
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

        if (step.Kind == StepKind.Receipt)
        {
            unkeptReceipts.Remove(task.Awaited.ReceiptKey);
            if (task.EndsMessage && FindMessage(task.Awaited.Message) is >= 0 and int slot)
            {
                segmented[slot].EndKept = true;
                if (messages[slot].Stage != MessageStage.Sending)
                {
                    EndStopped(slot);
                }
            }
        }

        switch (step.Kind)
        {
            case StepKind.Receipt when task.WasKept:
                CloseUnmatched(task);
                break;
            case StepKind.Unmatched:
                task.WasKept = true;
                if (receipts.AddUnmatched(task))
                {
                    effects.Requeue(task);
                }

                break;
            default:
                break;
        }

        task.Answer(true);
    }

    // A long message of which a segment has its last status already: what has not left does not leave. False: it is not under way, or its end is on its way to the journal.
    private bool StopRest(in MessageId id)
    {
        int slot = FindMessage(id);
        if (slot < 0 || messages[slot].Stage == MessageStage.Ending || !segmented.TryGetValue(slot, out SegmentState? state))
        {
            return false;
        }

        state.Ended = true;
        if (messages[slot].Stage is MessageStage.Ready or MessageStage.Deferred)
        {
            RemoveFromWheel(slot);
            messages[slot].Stage = MessageStage.Ending;
        }

        return true;
    }

    private void EndStopped(int slot)
    {
        AnswerCancels(slot, cancelled: false);
        RemoveMessage(slot);
    }

    private void CloseUnmatched(ReceiptTask task)
    {
        ref Step step = ref pending.Add();
        step.Kind = StepKind.ReceiptDone;
        step.Slot = -1;
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
