using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>Receipts: a message is delivered when all its segments are; <c>sent</c> never follows <c>delivered</c>, for a receipt is only looked for once <c>sent</c> is kept.</content>
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

        if (receipts.Begin(task, out MessageStatus status))
        {
            AddReceiptStep(StepKind.Receipt, task).Status = status;
            return;
        }

        if (task.WasKept)
        {
            CloseUnmatched(task);
        }

        task.Answer(true); // said before: nothing new to keep
    }

    private void AwaitReceipt(int slot, in Step step, in JournalEntry entry)
    {
        if (step.ReceiptKey == 0)
        {
            return;
        }

        ref WaitingMessage message = ref messages[slot];
        var awaited = new AwaitedReceipt
        {
            ReceiptKey = step.ReceiptKey,
            Message = entry.Message,
            Contact = entry.Contact,
            Sender = entry.Sender,
            Tenant = entry.Tenant,
            Provider = step.Provider,
            Segment = step.Segment,
            Segments = message.Segments,
            HasReference = entry.HasReference,
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
