using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <content>Who waits until it is certain that nothing leaves any more: cancels, and changes of flags that take away.</content>
internal sealed partial class Shard
{
    private readonly Dictionary<int, List<CancelTask>> cancels = [];
    private readonly List<(FlagsTask Task, int Row, long Until, bool WaitsForEnd)> flagWaiters = [];

    /// <summary>Cancels a message, or has the cancel wait until it is certain whether it left.</summary>
    public void OnCancel(CancelTask task, long nowTimestamp, long ticksPerSecond)
    {
        int slot = FindMessage(task.Message);
        if (slot < 0 || KeyOf(slot).Tenant != task.Tenant)
        {
            task.Answer.TrySetResult(CancelOutcome.NotFound);
            return;
        }

        ref WaitingMessage message = ref messages[slot];
        task.GiveUpAt = message.Stage == MessageStage.Sending ? message.ReleaseEnd + ticksPerSecond : nowTimestamp + (5 * ticksPerSecond);
        if (!cancels.TryGetValue(slot, out List<CancelTask>? waiting))
        {
            cancels.Add(slot, waiting = []);
        }

        waiting.Add(task);
        if (Waits(message.Stage))
        {
            CancelIfAsked(slot);
        }
    }

    /// <summary>Answers the cancels and changes of flags that have waited as long as a release may be open, and watches whose time is over.</summary>
    public void AnswerWaiters(long nowTimestamp)
    {
        for (int i = flagWaiters.Count - 1; i >= 0; i--)
        {
            (FlagsTask task, int row, long until, bool waitsForEnd) = flagWaiters[i];
            if ((rows[row].Open == 0 && !waitsForEnd) || nowTimestamp > until)
            {
                flagWaiters.RemoveAt(i);
                Unpin(row);
                task.Settle(task.Kept);
            }
        }

        EndWatches();
        foreach ((int slot, List<CancelTask> waiting) in cancels)
        {
            for (int i = waiting.Count - 1; i >= 0; i--)
            {
                if (nowTimestamp >= waiting[i].GiveUpAt)
                {
                    waiting[i].Answer.TrySetResult(messages[slot].Stage == MessageStage.Sending ? CancelOutcome.AlreadyLeft : CancelOutcome.Unavailable);
                    waiting.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Whether someone waits for a release to end, or for a verdict.</summary>
    public bool HasWaiters => flagWaiters.Count > 0 || cancels.Count > 0 || watching > 0;

    // True when the message ends as cancelled.
    private bool CancelIfAsked(int slot)
    {
        if (cancels.Count == 0 || !cancels.TryGetValue(slot, out List<CancelTask>? waiting) || waiting.Count == 0)
        {
            return false;
        }

        RemoveFromWheel(slot);
        Finish(slot, MessageStatus.Cancelled, Reason.None);
        return true;
    }

    private void AnswerCancels(int slot, bool cancelled)
    {
        if (cancels.Count > 0 && cancels.Remove(slot, out List<CancelTask>? waiting))
        {
            foreach (CancelTask task in waiting)
            {
                task.Answer.TrySetResult(cancelled ? CancelOutcome.Cancelled : CancelOutcome.AlreadyLeft);
            }
        }
    }
}
