using System.Runtime.CompilerServices;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Shards;

namespace Router.Engine.Receipts;

/// <content>Receipts that found no message yet: kept in the journal, held here.</content>
internal sealed partial class ReceiptIndex
{
    /// <summary>Whether no further receipt without a message can be held: the carrier must send it again.</summary>
    public bool UnmatchedFull => Volatile.Read(ref unmatchedCount) >= unmatchedMax;

    /// <summary>Receipts held without a message.</summary>
    public int UnmatchedCount => Volatile.Read(ref unmatchedCount);

    /// <summary>Holds a receipt that found no message and is kept; true when its message came meanwhile and the task is matched now.</summary>
    /// <param name="task">The receipt.</param>
    /// <param name="dropped">One of the same key that is kept and held no more, to be closed; null: none.</param>
    public bool AddUnmatched(ReceiptTask task, out ReceiptTask? dropped)
    {
        dropped = null;
        Stripe stripe = StripeOf(task.Receipt.ReceiptKey);
        lock (stripe.Gate)
        {
            // One that is only expected is completed by its shard, which finds the receipt here then.
            ref Entry entry = ref FindLocked(stripe, task.Receipt.ReceiptKey);
            if (!Unsafe.IsNullRef(ref entry) && entry.Awaited.Segments > 0)
            {
                task.Awaited = entry.Awaited;
                task.Matched = true;
                return true;
            }

            dropped = HoldLocked(stripe, task);
            return false;
        }
    }

    /// <summary>Holds a kept receipt whose message's shard has no owner now, until that shard's awaited receipts are added again or it is looked for again.</summary>
    /// <returns>See <see cref="AddUnmatched"/>.</returns>
    public ReceiptTask? Hold(ReceiptTask task)
    {
        Stripe stripe = StripeOf(task.Receipt.ReceiptKey);
        lock (stripe.Gate)
        {
            task.Matched = false;
            return HoldLocked(stripe, task);
        }
    }

    /// <summary>Whether a kept receipt is held after which <paramref name="receipt"/> says nothing new.</summary>
    public bool Holds(in Receipt receipt)
    {
        Stripe stripe = StripeOf(receipt.ReceiptKey);
        lock (stripe.Gate)
        {
            return stripe.Unmatched.TryGetValue(receipt.ReceiptKey, out ReceiptTask? held) && !Follows(held.Receipt.Status, receipt.Status);
        }
    }

    /// <summary>Takes a receipt out that was found in the journal's tables; false: it is no longer held.</summary>
    public bool TakeUnmatched(ReceiptTask task)
    {
        Stripe stripe = StripeOf(task.Receipt.ReceiptKey);
        lock (stripe.Gate)
        {
            if (!stripe.Unmatched.TryGetValue(task.Receipt.ReceiptKey, out ReceiptTask? held) || held != task)
            {
                return false;
            }

            stripe.Unmatched.Remove(task.Receipt.ReceiptKey);
            Interlocked.Decrement(ref unmatchedCount);
            return true;
        }
    }

    /// <summary>Those that are to be looked for again by <paramref name="nowMs"/> (monotonic ms); they stay held.</summary>
    public void ListDue(long nowMs, List<ReceiptTask> due)
    {
        foreach (Stripe stripe in stripes)
        {
            lock (stripe.Gate)
            {
                foreach (ReceiptTask task in stripe.Unmatched.Values)
                {
                    if (nowMs >= task.LookAgainMs)
                    {
                        due.Add(task);
                    }
                }
            }
        }
    }

    /// <summary>Takes out the unmatched receipts that came before <paramref name="beforeMs"/> (Unix ms).</summary>
    public void TakeExpired(long beforeMs, List<ReceiptTask> expired)
    {
        foreach (Stripe stripe in stripes)
        {
            lock (stripe.Gate)
            {
                foreach ((ulong key, ReceiptTask task) in stripe.Unmatched)
                {
                    if (task.AtMs < beforeMs)
                    {
                        stripe.Unmatched.Remove(key);
                        Interlocked.Decrement(ref unmatchedCount);
                        expired.Add(task);
                    }
                }
            }
        }
    }

    // One a key: what says more. Those of one status are closed together, so that only another's is to be closed.
    private ReceiptTask? HoldLocked(Stripe stripe, ReceiptTask task)
    {
        if (stripe.Unmatched.TryAdd(task.Receipt.ReceiptKey, task))
        {
            Interlocked.Increment(ref unmatchedCount);
            return null;
        }

        ReceiptTask held = stripe.Unmatched[task.Receipt.ReceiptKey];
        if (held.Receipt.Status == task.Receipt.Status)
        {
            return null;
        }

        if (task.Receipt.Status != MessageStatus.Read)
        {
            return task;
        }

        stripe.Unmatched[task.Receipt.ReceiptKey] = task;
        return held;
    }
}
