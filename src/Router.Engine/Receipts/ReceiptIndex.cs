using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.Engine.Receipts;

/// <summary>
/// The silo's index of receipts awaited and of receipts that found no message yet (DESIGN §7): whichever of response and receipt comes first, they meet here.
/// </summary>
/// <remarks>
/// Any thread; 64 stripes, each with its lock, so that adding an awaited receipt and adding an unmatched one cannot miss each other. Bounded: the oldest awaited leave, and are
/// found in the journal's tables; unmatched ones are refused when there are too many. Entries of finished messages stay until they are the oldest, so that a doubled receipt is known.
/// </remarks>
internal sealed class ReceiptIndex
{
    private const int StripeCount = 64;
    private readonly Stripe[] stripes = new Stripe[StripeCount];
    private readonly SegmentGroups groups = new();
    private readonly int awaitedMax;
    private readonly int unmatchedMax;
    private int unmatchedCount;

    public ReceiptIndex(EngineOptions options)
    {
        awaitedMax = Math.Max(options.AwaitedReceiptsMax / StripeCount, 16);
        unmatchedMax = options.UnmatchedReceiptsMax;
        for (int i = 0; i < StripeCount; i++)
        {
            stripes[i] = new Stripe();
        }
    }

    /// <summary>Whether no further receipt without a message can be held: the carrier must send it again.</summary>
    public bool UnmatchedFull => Volatile.Read(ref unmatchedCount) >= unmatchedMax;

    /// <summary>Receipts held without a message.</summary>
    public int UnmatchedCount => Volatile.Read(ref unmatchedCount);

    /// <summary>
    /// An outcome names a receipt to come: from now on the receipt goes to the message's shard, behind the outcome, though that is not kept yet. The shard completes the entry
    /// with <see cref="Add"/> or takes it back with <see cref="Forget"/>.
    /// </summary>
    public void Expect(ulong receiptKey, in MessageId message)
    {
        Stripe stripe = StripeOf(receiptKey);
        lock (stripe.Gate)
        {
            stripe.Awaited.Remove(receiptKey); // a carrier that uses an id again means the new message
            PutLocked(stripe, new AwaitedReceipt { ReceiptKey = receiptKey, Message = message }, null);
        }
    }

    /// <summary>Awaits a receipt; returns the one that came before it, matched, when there is one.</summary>
    public ReceiptTask? Add(in AwaitedReceipt awaited)
    {
        SegmentGroup? group = awaited.Segments > 1 ? groups.Get(awaited) : null;
        Stripe stripe = StripeOf(awaited.ReceiptKey);
        lock (stripe.Gate)
        {
            PutLocked(stripe, awaited, group);
            if (!stripe.Unmatched.Remove(awaited.ReceiptKey, out ReceiptTask? early))
            {
                return null;
            }

            Interlocked.Decrement(ref unmatchedCount);
            early.Awaited = awaited;
            early.Matched = true;
            return early;
        }
    }

    /// <summary>Awaits a receipt no more: its outcome was not kept, or came too late to count.</summary>
    public void Forget(ulong receiptKey)
    {
        Stripe stripe = StripeOf(receiptKey);
        lock (stripe.Gate)
        {
            stripe.Awaited.Remove(receiptKey);
        }
    }

    /// <summary>Finds who awaits a receipt.</summary>
    public bool TryFind(ulong receiptKey, out AwaitedReceipt awaited)
    {
        Stripe stripe = StripeOf(receiptKey);
        lock (stripe.Gate)
        {
            bool found = stripe.Awaited.TryGetValue(receiptKey, out Entry entry);
            awaited = entry.Awaited;
            return found;
        }
    }

    /// <summary>Holds a receipt that found no message and is kept; true when its message came meanwhile and the task is matched now.</summary>
    public bool AddUnmatched(ReceiptTask task)
    {
        Stripe stripe = StripeOf(task.Receipt.ReceiptKey);
        lock (stripe.Gate)
        {
            // One that is only expected is completed by its shard, which finds the receipt here then.
            if (stripe.Awaited.TryGetValue(task.Receipt.ReceiptKey, out Entry entry) && entry.Awaited.Segments > 0)
            {
                task.Awaited = entry.Awaited;
                task.Matched = true;
                return true;
            }

            if (stripe.Unmatched.TryAdd(task.Receipt.ReceiptKey, task))
            {
                Interlocked.Increment(ref unmatchedCount);
            }

            return false;
        }
    }

    /// <summary>Holds a kept receipt whose message's shard has no owner now, until that shard's awaited receipts are added again.</summary>
    public void Hold(ReceiptTask task)
    {
        Stripe stripe = StripeOf(task.Receipt.ReceiptKey);
        lock (stripe.Gate)
        {
            task.Matched = false;
            if (stripe.Unmatched.TryAdd(task.Receipt.ReceiptKey, task))
            {
                Interlocked.Increment(ref unmatchedCount);
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

    /// <summary>
    /// Lets a receipt take effect on what is known of its message, before it is kept: what comes next, even in the same commit, is seen against it.
    /// Asked by the shard that owns the message only. <see cref="ReceiptTask.Before"/> remembers what <see cref="Revert"/> needs.
    /// </summary>
    /// <param name="task">A matched receipt; <see cref="ReceiptTask.Awaited"/> is completed.</param>
    /// <param name="status">The status that it gives its message; <see cref="MessageStatus.None"/>: other segments are still awaited.</param>
    public ReceiptEffect Begin(ReceiptTask task, out MessageStatus status)
    {
        status = MessageStatus.None;
        MessageStatus receipt = task.Receipt.Status;
        Stripe stripe = StripeOf(task.Awaited.ReceiptKey);
        lock (stripe.Gate)
        {
            if (task.Awaited.Segments > 0 && !stripe.Awaited.ContainsKey(task.Awaited.ReceiptKey))
            {
                PutLocked(stripe, task.Awaited, task.Awaited.Segments > 1 ? groups.Get(task.Awaited) : null); // it was the oldest, or comes from the tables
            }

            ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(stripe.Awaited, task.Awaited.ReceiptKey);
            if (Unsafe.IsNullRef(ref entry) || entry.Awaited.Segments == 0)
            {
                return ReceiptEffect.Unknown;
            }

            task.Awaited = entry.Awaited;
            SegmentGroup? group = entry.Group;
            MessageStatus before = group?.Status ?? entry.Awaited.Status;
            if (!Follows(before, receipt) || (group is not null && !Follows(entry.Awaited.Status, receipt)))
            {
                return ReceiptEffect.Nothing;
            }

            task.Before = before;
            entry.Awaited.Status = receipt;
            if (group is not null)
            {
                if (receipt == MessageStatus.Delivered && !group.Mark(task.Awaited.Segment, true))
                {
                    return ReceiptEffect.Some;
                }

                group.Status = receipt;
            }

            status = receipt;
            return ReceiptEffect.Some;
        }
    }

    /// <summary>Takes <see cref="Begin"/> back: the receipt was not kept.</summary>
    public void Revert(ReceiptTask task)
    {
        Stripe stripe = StripeOf(task.Awaited.ReceiptKey);
        lock (stripe.Gate)
        {
            ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(stripe.Awaited, task.Awaited.ReceiptKey);
            if (Unsafe.IsNullRef(ref entry) || entry.Awaited.Status != task.Receipt.Status)
            {
                return; // forgotten, or a later receipt went on from it
            }

            entry.Awaited.Status = task.Before;
            if (entry.Group is { } group)
            {
                group.Mark(task.Awaited.Segment, false);
                group.Status = task.Before;
            }
        }
    }

    // A receipt ends a message that has not ended (of several segments the last may not be sent yet); read may still follow delivered.
    private static bool Follows(MessageStatus status, MessageStatus receipt) =>
        status < MessageStatus.Delivered || (status == MessageStatus.Delivered && receipt == MessageStatus.Read);

    private void PutLocked(Stripe stripe, in AwaitedReceipt awaited, SegmentGroup? group)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(stripe.Awaited, awaited.ReceiptKey, out bool known);
        MessageStatus seen = entry.Awaited.Status; // a receipt may have been seen by the tables' answer already
        entry.Awaited = awaited;
        entry.Awaited.Status = seen > awaited.Status ? seen : awaited.Status;
        entry.Group ??= group;
        if (known)
        {
            return;
        }

        entry.Turn = ++stripe.Turns;
        stripe.Order.Enqueue((awaited.ReceiptKey, entry.Turn));
        while (stripe.Order.Count > awaitedMax)
        {
            (ulong key, long turn) = stripe.Order.Dequeue();
            if (stripe.Awaited.TryGetValue(key, out Entry oldest) && oldest.Turn == turn)
            {
                stripe.Awaited.Remove(key); // not one that was forgotten and put anew since
            }
        }
    }

    private Stripe StripeOf(ulong key) => stripes[(int)(key >> 32) & (StripeCount - 1)];

    private sealed class Stripe
    {
        public readonly Lock Gate = new();
        public readonly Dictionary<ulong, Entry> Awaited = [];
        public readonly Queue<(ulong Key, long Turn)> Order = new();
        public long Turns;
        public readonly Dictionary<ulong, ReceiptTask> Unmatched = [];
    }

    private struct Entry
    {
        public AwaitedReceipt Awaited;
        public SegmentGroup? Group;
        public long Turn;
    }
}
