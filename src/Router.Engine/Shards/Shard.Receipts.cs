using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Receipts;

namespace Router.Engine.Shards;

/// <content>Receipts: a message is delivered when all its segments are; <c>sent</c> never follows <c>delivered</c>, for a receipt stands behind its outcome in the shard's sequence.</content>
internal sealed partial class Shard
{
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

        switch (receipts.Begin(task, out MessageStatus status))
        {
            case ReceiptEffect.Some:
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
