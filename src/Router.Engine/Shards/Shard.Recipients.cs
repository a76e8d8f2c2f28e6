using Router.Core.Limits;
using Router.Core.Tenants;

namespace Router.Engine.Shards;

/// <content>The recipient's limit, which is the shard's own (DESIGN §3): a log of the last departures, each counted as made at its release's end.</content>
internal sealed partial class Shard
{
    private readonly List<RecipientLog?> recipientLogs = [];
    private readonly Stack<int> freeRecipientLogs = new();

    // Takes one departure to the message's contact, or says from when on there is room (Unix ms).
    private bool TakeRecipient(int slot, RecipientLimit limit, long releaseEnd, out long untilMs)
    {
        ref ContactRow row = ref rows[messages[slot].Contact];
        if (row.RecipientLog < 0)
        {
            if (!freeRecipientLogs.TryPop(out row.RecipientLog))
            {
                row.RecipientLog = recipientLogs.Count;
                recipientLogs.Add(null);
            }

            recipientLogs[row.RecipientLog] = new RecipientLog();
        }

        RecipientLog log = recipientLogs[row.RecipientLog]!;
        long at = log.NextAt(limit.Count, limit.WindowSeconds, MonotonicMs);
        untilMs = NowMs + (at - MonotonicMs);
        if (at > MonotonicMs)
        {
            return false;
        }

        log.Count(limit.Count, releaseEnd / ticksPerMs);
        return true;
    }

    // Nothing left after all.
    private void GiveRecipientBack(int slot, long releaseEnd)
    {
        int log = rows[messages[slot].Contact].RecipientLog;
        if (log >= 0)
        {
            recipientLogs[log]!.Uncount(releaseEnd / ticksPerMs);
        }
    }

    private void ForgetRecipientLog(ref ContactRow row)
    {
        if (row.RecipientLog >= 0)
        {
            recipientLogs[row.RecipientLog] = null;
            freeRecipientLogs.Push(row.RecipientLog);
            row.RecipientLog = -1;
        }
    }
}
