using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Receipts;
using Router.Engine.Shards;

namespace Router.Engine;

/// <content>The way of a receipt: to the shard of its message, found by the index or the journal's tables; else it is kept as unmatched by the shard of its key, and looked for again.</content>
public sealed partial class SiloEngine
{
    private const long LookAgainFirstMs = 5_000;
    private const long ToldPauseMs = 60_000;
    private readonly LastReadings readings = new();
    private volatile bool lookingAgain;
    private long lookUpFaultToldMs;

    /// <inheritdoc/>
    public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token) =>
        Receive(receipt, acknowledge, state, token, forwarded: false);

    /// <summary>As <see cref="Receive(in Receipt, Action{object?, long, bool}, object?, long)"/>, for a receipt that another silo sent here: it goes no further.</summary>
    public void ReceiveForwarded(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token) =>
        Receive(receipt, acknowledge, state, token, forwarded: true);

    /// <summary>Asks the journal's tables for the owner of a message, which gets the receipt back with the answer.</summary>
    internal void LookUp(ReceiptTask task) => _ = LookUpAsync(task);

    /// <summary>Nobody awaits a receipt.</summary>
    internal void Unmatched(ReceiptTask task)
    {
        task.Matched = false;
        if (task.WasKept)
        {
            Hold(task);
        }
        else if (Receipts.Holds(task.Receipt))
        {
            task.Answer(true); // kept already: a carrier that goes on to tell it fills no log
        }
        else if (Receipts.UnmatchedFull)
        {
            task.Answer(false);
        }
        else
        {
            PostReceipt(task, ShardOfReceipt(task.Receipt.ReceiptKey));
        }
    }

    // A kept one; what is held no more beside it is closed by the shard that kept it.
    private void Hold(ReceiptTask task)
    {
        if (Receipts.Hold(task) is { } dropped)
        {
            CloseUnmatched(dropped);
        }
    }

    /// <summary>Has a kept receipt that is held no more closed by the shard that kept it.</summary>
    internal void CloseUnmatched(ReceiptTask task)
    {
        task.IsDone = true;
        Post(ShardOfReceipt(task.Receipt.ReceiptKey), new UrgentCommand { Kind = CommandKind.Receipt, Target = task });
    }

    /// <summary>Sends a receipt to the owner of <paramref name="shard"/>, here or on another silo.</summary>
    internal void PostReceipt(ReceiptTask task, int shard)
    {
        if (Post(shard, new UrgentCommand { Kind = CommandKind.Receipt, Target = task }) || TryForward(task, shard))
        {
            return;
        }

        NotKept(task);
    }

    /// <summary>A receipt could not be kept here and now: its carrier sends it again, or it is kept as unmatched already and waits for its message's shard to be taken.</summary>
    internal void NotKept(ReceiptTask task)
    {
        if (task.WasKept && !task.IsDone)
        {
            Hold(task);
        }

        task.Answer(false);
    }

    private static int ShardOfReceipt(ulong receiptKey) => (int)(receiptKey & (MessageId.ShardCount - 1));

    private void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token, bool forwarded)
    {
        ReceiptTask task = Receipts.Tasks.Take(receipt);
        task.Acknowledge = acknowledge;
        task.State = state;
        task.Token = token;
        task.AtMs = UnixMs;
        task.Forwarded = forwarded;
        if (TryMatch(task))
        {
            PostReceipt(task, task.Awaited.Message.Shard);
            return;
        }

        _ = FindShardAsync(task);
    }

    // In memory the id as it stands, alone: another reading of it may be another message's, while the tables know whose the id itself is. But where the last receipt of the account was found by
    // another reading its carrier changes the base of all its ids: then that is tried here too, and spares the tables.
    private bool TryMatch(ReceiptTask task)
    {
        Receipt receipt = task.Receipt;
        task.Matched = Receipts.TryFind(receipt.ReceiptKey, out task.Awaited);
        if (receipt.SecondKey == 0)
        {
            return task.Matched;
        }

        if (task.Matched)
        {
            readings.Note(receipt.Provider, 0);
        }
        else if (readings.Of(receipt.Provider) is > 0 and int last && KeyOf(receipt, last) is not 0 and ulong key)
        {
            task.Matched = Receipts.TryFind(key, out task.Awaited);
        }

        return task.Matched;
    }

    // In the order in which they are tried: as it stands, and up to two readings more; 0: there is none.
    private static ulong KeyOf(in Receipt receipt, int reading) => reading switch { 0 => receipt.ReceiptKey, 1 => receipt.SecondKey, _ => receipt.ThirdKey };

    // Only where it goes: what the tables say may be old when the owner gets it, which looks for itself.
    private async Task FindShardAsync(ReceiptTask task)
    {
        AwaitedReceipt? found;
        try
        {
            found = await FindAwaitedAsync(task.Receipt).ConfigureAwait(false);
        }
        catch (JournalUnavailableException fault)
        {
            TellLookUpFault(fault);
            task.Answer(false); // storage can't say: the carrier sends it again
            return;
        }

        if (found is { } awaited)
        {
            PostMatched(task, awaited);
        }
        else
        {
            Unmatched(task);
        }
    }

    // The readings of the carrier's id in turn, each in memory and in the tables.
    private async ValueTask<AwaitedReceipt?> FindAwaitedAsync(Receipt receipt)
    {
        for (int reading = 0; reading <= 2 && KeyOf(receipt, reading) is not 0 and ulong key; reading++)
        {
            AwaitedReceipt? found = reading > 0 && Receipts.TryFind(key, out AwaitedReceipt awaited)
                ? awaited
                : await Journal.FindAwaitedReceiptAsync(key, CancellationToken.None).ConfigureAwait(false);
            if (found is not null)
            {
                readings.Note(receipt.Provider, reading);
                return found;
            }
        }

        return null;
    }

    private void TellLookUpFault(JournalUnavailableException fault)
    {
        long now = MonotonicMs;
        long told = Interlocked.Read(ref lookUpFaultToldMs);
        if ((told == 0 || now - told >= ToldPauseMs) && Interlocked.CompareExchange(ref lookUpFaultToldMs, Math.Max(now, 1), told) == told)
        {
            Log.ReceiptNotLookedUp(fault.Message);
        }
    }

    private async Task LookUpAsync(ReceiptTask task)
    {
        try
        {
            task.Found = await Journal.FindAwaitedReceiptAsync(task.Awaited.ReceiptKey, CancellationToken.None).ConfigureAwait(false);
        }
        catch (JournalUnavailableException fault)
        {
            TellLookUpFault(fault);
            task.LookUpFailed = true;
        }

        PostReceipt(task, task.Awaited.Message.Shard);
    }

    private void PostMatched(ReceiptTask task, in AwaitedReceipt awaited)
    {
        task.Awaited = awaited;
        task.Matched = true;
        PostReceipt(task, awaited.Message.Shard);
    }

    private bool TryForward(ReceiptTask task, int shard)
    {
        if (Elsewhere is not { } elsewhere || task.Forwarded || task.IsDone)
        {
            return false;
        }

        if (task.WasKept)
        {
            return elsewhere.TryForward(shard, task.Receipt, (_, _, kept) => OnTakenElsewhere(task, kept), null, 0);
        }

        return task.Acknowledge is { } acknowledge && elsewhere.TryForward(shard, task.Receipt, acknowledge, task.State, task.Token);
    }

    // The other silo has kept what a held receipt says, or could not.
    private void OnTakenElsewhere(ReceiptTask task, bool kept)
    {
        if (!kept)
        {
            Hold(task);
            return;
        }

        CloseUnmatched(task);
    }

    // The outcome of a held receipt may have been kept on another silo, whose index does not know of it: so the tables are asked, less and less often.
    private void LookAgain()
    {
        if (lookingAgain || Receipts.UnmatchedCount == 0)
        {
            return;
        }

        var due = new List<ReceiptTask>();
        Receipts.ListDue(MonotonicMs, due);
        if (due.Count > 0)
        {
            lookingAgain = true;
            _ = LookAgainAsync(due);
        }
    }

    private async Task LookAgainAsync(List<ReceiptTask> due)
    {
        try
        {
            foreach (ReceiptTask task in due)
            {
                task.LookAgainAfterMs = Math.Max(LookAgainFirstMs, task.LookAgainAfterMs * 2);
                task.LookAgainMs = MonotonicMs + task.LookAgainAfterMs;
                if (await FindAwaitedAsync(task.Receipt).ConfigureAwait(false) is { } awaited && Receipts.TakeUnmatched(task))
                {
                    PostMatched(task, awaited);
                }
            }
        }
        catch (JournalUnavailableException)
        {
            // Storage can't say: those left are due again at the next look.
        }

        lookingAgain = false;
    }
}
