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
/// It says only what is on stable storage, and only under the ownership that learnt it: each entry carries its shard's epoch, and with the ownership all of its entries are void at once,
/// for another owner may have gone on. What is void or was forgotten is asked of the journal's tables. Any thread; what the receipts of a message have said is changed by its shard's owner
/// only. 64 stripes, each with its lock, so that adding an awaited receipt and adding an unmatched one cannot miss each other. Bounded: the oldest awaited leave; unmatched ones are refused
/// when there are too many. Entries of finished messages stay until they are the oldest, so that a doubled receipt is known.
/// </remarks>
internal sealed partial class ReceiptIndex
{
    /// <summary>A receipt counts until so long after its message's validity (DESIGN §6: then <c>sent</c> is final); one without a message is held as long.</summary>
    public const long CountsForMs = 72L * 3600 * 1000;

    private const int StripeCount = 64;
    private const int AwaitedAGroup = 5; // 100,000 groups × about 150 B = 15 MB by default
    private readonly Stripe[] stripes = new Stripe[StripeCount];
    private readonly long[] epochs = new long[MessageId.ShardCount];
    private readonly SegmentGroups groups;
    private readonly int awaitedMax;
    private readonly int unmatchedMax;
    private int unmatchedCount;

    public ReceiptIndex(EngineOptions options)
    {
        awaitedMax = Math.Max(options.AwaitedReceiptsMax / StripeCount, 16);
        groups = new SegmentGroups(options.AwaitedReceiptsMax / AwaitedAGroup);
        unmatchedMax = options.UnmatchedReceiptsMax;
        for (int i = 0; i < StripeCount; i++)
        {
            stripes[i] = new Stripe();
        }
    }

    /// <summary>Tasks that are not in use.</summary>
    public ReceiptTaskPool Tasks { get; } = new();

    /// <summary>Receipts awaited, those of finished messages that may be doubled among them. For display.</summary>
    public int AwaitedCount
    {
        get
        {
            int count = 0;
            foreach (Stripe stripe in stripes)
            {
                lock (stripe.Gate)
                {
                    count += stripe.Awaited.Count;
                }
            }

            return count;
        }
    }

    /// <summary>An ownership begins: nothing is known yet under it.</summary>
    public void Own(int shard, long epoch) => Volatile.Write(ref epochs[shard], epoch);

    /// <summary>An ownership ended: what was known under it is void.</summary>
    public void Disown(int shard, long epoch) => Interlocked.CompareExchange(ref epochs[shard], 0, epoch);

    /// <summary>
    /// An outcome names a receipt to come: from now on the receipt goes to the message's shard, which has it wait for the outcome. The shard completes the entry with
    /// <see cref="Add"/> once the outcome is kept, or takes it back with <see cref="Forget"/>.
    /// </summary>
    public void Expect(ulong receiptKey, in MessageId message)
    {
        Stripe stripe = StripeOf(receiptKey);
        lock (stripe.Gate)
        {
            PutLocked(stripe, new AwaitedReceipt { ReceiptKey = receiptKey, Message = message }, isAnew: true); // a carrier that uses an id again means the new message
        }
    }

    /// <summary>Awaits a receipt whose outcome is kept; returns the one that came before it, matched, when there is one. The tables know it where a younger message is expected under its key. Asked by the message's owner.</summary>
    /// <param name="awaited">Who awaits it.</param>
    /// <param name="isAll">Whether <paramref name="awaited"/> says all that is kept of the message's other segments: else what is known of them already counts.</param>
    public ReceiptTask? Add(in AwaitedReceipt awaited, bool isAll)
    {
        if (awaited.Segments > 1 && isAll)
        {
            groups.Put(awaited, EpochOf(awaited.Message));
        }

        Stripe stripe = StripeOf(awaited.ReceiptKey);
        lock (stripe.Gate)
        {
            ref Entry standing = ref FindLocked(stripe, awaited.ReceiptKey);
            if (!Unsafe.IsNullRef(ref standing) && standing.Awaited.Segments == 0 && standing.Awaited.Message != awaited.Message)
            {
                return null; // its carrier has given the id to another since, whose outcome is on its way
            }

            PutLocked(stripe, awaited, isAnew: false);
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

    /// <summary>Awaits a receipt no more: its outcome came too late to count.</summary>
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
            ref Entry entry = ref FindLocked(stripe, receiptKey);
            bool found = !Unsafe.IsNullRef(ref entry);
            awaited = found ? entry.Awaited : default;
            return found;
        }
    }

    /// <summary>What a receipt would do to what is kept of its message. Asked by the message's owner, when nothing else about the message is on its way to the journal.</summary>
    /// <param name="task">A matched receipt; <see cref="ReceiptTask.Awaited"/> is completed.</param>
    /// <param name="isWholeIfNotSaid">Whether it tells of all segments where the outcome did not say (<see cref="ReceiptScope.NotSaid"/>).</param>
    /// <param name="status">The status that it gives its message; <see cref="MessageStatus.None"/>: other segments are still awaited.</param>
    public ReceiptEffect Judge(ReceiptTask task, bool isWholeIfNotSaid, out MessageStatus status)
    {
        status = MessageStatus.None;
        if (!TryFind(task.Awaited.ReceiptKey, out AwaitedReceipt awaited))
        {
            return ReceiptEffect.Unknown;
        }

        if (awaited.Message != task.Awaited.Message)
        {
            task.Awaited = awaited;
            return ReceiptEffect.Anothers;
        }

        if (awaited.Segments == 0)
        {
            return ReceiptEffect.Expected;
        }

        task.Awaited = awaited;
        MessageStatus receipt = task.Receipt.Status;
        if (task.AtMs > awaited.ValidUntilMs + CountsForMs)
        {
            return ReceiptEffect.Nothing;
        }

        if (awaited.Segments == 1)
        {
            status = receipt;
            return Follows(awaited.Status, receipt) ? ReceiptEffect.Some : ReceiptEffect.Nothing;
        }

        if (groups.Find(awaited.Message, EpochOf(awaited.Message)) is not { } group)
        {
            return ReceiptEffect.Unknown;
        }

        if (!Follows(group.Status, receipt) || (receipt == MessageStatus.Delivered && group.IsDelivered(awaited.Segment)))
        {
            return ReceiptEffect.Nothing;
        }

        bool isWhole = awaited.Scope == ReceiptScope.NotSaid ? isWholeIfNotSaid : awaited.Scope == ReceiptScope.Message;
        status = receipt != MessageStatus.Delivered || isWhole || group.IsLast ? receipt : MessageStatus.None;
        return ReceiptEffect.Some;
    }

    /// <summary>A receipt judged before is kept now.</summary>
    public void Kept(ReceiptTask task, MessageStatus status)
    {
        if (task.Awaited.Segments > 1)
        {
            if (groups.Find(task.Awaited.Message, EpochOf(task.Awaited.Message)) is { } group)
            {
                if (task.Receipt.Status == MessageStatus.Delivered)
                {
                    group.Mark(task.Awaited.Segment);
                }

                group.Status = status != MessageStatus.None ? status : group.Status;
            }

            return;
        }

        Stripe stripe = StripeOf(task.Awaited.ReceiptKey);
        lock (stripe.Gate)
        {
            ref Entry entry = ref FindLocked(stripe, task.Awaited.ReceiptKey);
            if (!Unsafe.IsNullRef(ref entry) && entry.Awaited.Message == task.Awaited.Message)
            {
                entry.Awaited.Status = status;
            }
        }
    }

    /// <summary>A long message ended otherwise than by a receipt: receipts of its segments change nothing any more.</summary>
    public void Ended(in MessageId message, MessageStatus status)
    {
        if (groups.Find(message, EpochOf(message)) is { } group)
        {
            group.Status = status;
        }
    }

    // A receipt ends a message that has not ended (of several segments the last may not be sent yet); read may still follow delivered.
    private static bool Follows(MessageStatus status, MessageStatus receipt) =>
        status < MessageStatus.Delivered || (status == MessageStatus.Delivered && receipt == MessageStatus.Read);

    private long EpochOf(in MessageId message) => Volatile.Read(ref epochs[message.Shard]);

    private ref Entry FindLocked(Stripe stripe, ulong receiptKey)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(stripe.Awaited, receiptKey);
        return ref !Unsafe.IsNullRef(ref entry) && entry.Epoch != 0 && entry.Epoch == EpochOf(entry.Awaited.Message) ? ref entry : ref Unsafe.NullRef<Entry>();
    }

    // Anew: it is the youngest, whatever was known under its key.
    private void PutLocked(Stripe stripe, in AwaitedReceipt awaited, bool isAnew)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(stripe.Awaited, awaited.ReceiptKey, out bool known);
        entry.Awaited = awaited;
        entry.Epoch = EpochOf(awaited.Message);
        if (known && !isAnew)
        {
            return;
        }

        entry.Turn = ++stripe.Turns;
        stripe.Order.Enqueue((awaited.ReceiptKey, entry.Turn));
        while (stripe.Order.Count > awaitedMax)
        {
            (ulong key, long turn) = stripe.Order.Dequeue();
            ref Entry oldest = ref CollectionsMarshal.GetValueRefOrNullRef(stripe.Awaited, key);
            if (!Unsafe.IsNullRef(ref oldest) && oldest.Turn == turn)
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
        public long Epoch;
        public long Turn;
    }
}
