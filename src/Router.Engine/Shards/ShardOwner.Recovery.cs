using Router.Engine.Journal;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <content>The beginning of an ownership: what storage says of receipts, and what was under way.</content>
internal sealed partial class ShardOwner
{
    private readonly IReadOnlyList<UnfinishedMessage> recovering;
    private int recovered;
    private int recoveringLeft;
    private readonly List<ReceiptTask> receiptsHeld = [];
    private readonly List<FallbackTask> fallbacksHeld = [];

    // What an ownership knows of receipts begins with what storage says, once the one before it has ended.
    private void Begin(TakenShard from)
    {
        engine.Receipts.Own(Number, Epoch);
        engine.ResolveDoubts(from);
        hearing.ExpectMore();
        foreach (AwaitedReceipt awaited in from.Awaited)
        {
            if (engine.Receipts.Add(awaited, isAll: true) is { } early)
            {
                engine.PostReceipt(early, Number);
            }
        }

        foreach (UnmatchedReceipt unmatched in from.Unmatched)
        {
            var task = new ReceiptTask
            {
                Receipt = new Receipt { Provider = unmatched.Provider, ReceiptKey = unmatched.ReceiptKey, Status = unmatched.Status, Reason = unmatched.Reason },
                AtMs = unmatched.AtMs,
                WasKept = true,
            };
            if (engine.Receipts.AddUnmatched(task, out ReceiptTask? dropped))
            {
                engine.PostReceipt(task, task.Awaited.Message.Shard);
            }

            if (dropped is not null)
            {
                engine.CloseUnmatched(dropped);
            }
        }
    }

    private bool IsRecovering => recovered < recovering.Count;

    private bool RecoverSome()
    {
        contactRead.Contacts.Clear();
        contactRead.Conversations.Clear();
        contactRead.Failed = false;
        int end = Math.Min(recovering.Count, recovered + engine.Options.AcceptBatchMax);
        for (int i = recovered; i < end; i++)
        {
            AskIfMissing(recovering[i].Accepted.Contact, recovering[i].Accepted.Tenant);
        }

        if (contactRead.Contacts.Count > 0 && !engine.Journal.ReadContacts(contactRead))
        {
            contactsUnderWay = true;
            return true;
        }

        RecoverRead();
        return true;
    }

    private void RecoverRead()
    {
        if (contactRead.Failed)
        {
            throw new IOException("the store could not read the contacts of unfinished messages");
        }

        foreach (ref StoredContact contact in contactRead.Contacts.Span)
        {
            shard.Pin(shard.AddRow(contact, contactRead));
        }

        int end = Math.Min(recovering.Count, recovered + engine.Options.AcceptBatchMax);
        for (; recovered < end; recovered++)
        {
            UnfinishedMessage unfinished = recovering[recovered];
            int row = shard.FindRow(unfinished.Accepted.Contact);
            if (row < 0)
            {
                break; // dropped while others were added: asked for again
            }

            shard.Recover(unfinished, row);
        }

        foreach (ref StoredContact contact in contactRead.Contacts.Span)
        {
            shard.Unpin(shard.FindRow(contact.Contact));
        }

        contactRead.Contacts.Clear();
        recoveringLeft = recovering.Count - recovered;
        if (!IsRecovering)
        {
            receiptsHeld.ForEach(shard.OnReceipt);
            receiptsHeld.Clear();
            fallbacksHeld.ForEach(shard.OnFallback);
            fallbacksHeld.Clear();
        }
    }
}
