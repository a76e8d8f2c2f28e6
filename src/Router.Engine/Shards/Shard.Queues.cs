using Router.Core.Messages;
using Router.Engine.Dispatch;

namespace Router.Engine.Shards;

/// <content>What waits, looked at and cancelled by the operator: in slices, so that a million messages do not stop the shard.</content>
internal sealed partial class Shard
{
    // About 40 µs of looking.
    private const int QueueSliceSlots = 4_096;

    /// <summary>
    /// Goes on with <paramref name="task"/>; true when something was done and there may be more to do at once. Nothing may be with the journal, so that all that was prepared is in the slab.
    /// </summary>
    public bool GoOn(QueueTask task)
    {
        if (task.LastHead == 0)
        {
            task.LastHead = ids.LastHead;
        }

        int end = Math.Min(messageCount, task.Next + QueueSliceSlots);
        bool looked = task.Next < end;
        for (; task.Next < end && HasRoomFor(task); task.Next++)
        {
            int slot = task.Next;
            ref WaitingMessage message = ref messages[slot];
            if (message.Head != 0 && message.Head <= task.LastHead && (message.Marks & MessageMarks.Unlinked) == 0 && task.Filter.Matches(KeyOf(slot)))
            {
                Look(slot, task);
            }
        }

        for (int i = task.Settling.Count - 1; i >= 0 && task.Next >= messageCount && HasRoomFor(task); i--)
        {
            (int slot, ulong head) = task.Settling[i];
            bool hasEnded = messages[slot].Head != head || (messages[slot].Marks & MessageMarks.Unlinked) != 0;
            if (hasEnded || messages[slot].Stage is not (MessageStage.Settling or MessageStage.Ending))
            {
                task.Settling.RemoveAt(i);
                if (!hasEnded)
                {
                    Look(slot, task);
                }
            }
        }

        if (task.Next >= messageCount && task.Settling.Count == 0 && task.Unkept == 0)
        {
            task.Answer.TrySetResult(task);
        }

        return looked && HasRoomFor(task);
    }

    private bool HasRoomFor(QueueTask task) => !task.Cancels || pending.Count < options.EntryBatchMax;

    private void Look(int slot, QueueTask task)
    {
        ref WaitingMessage message = ref messages[slot];
        bool waits = Waits(message.Stage);
        if (!task.Cancels)
        {
            LaneKey key = KeyOf(slot);
            if (!task.Counts.TryGetValue(key, out QueueState? state))
            {
                state = new QueueState { Tenant = key.Tenant, Provider = key.Provider, Purpose = key.Purpose, Priority = key.Priority };
            }

            bool ready = message.Stage == MessageStage.Ready;
            task.Counts[key] = state with
            {
                Ready = state.Ready + (ready ? 1 : 0),
                Deferred = state.Deferred + (waits && !ready ? 1 : 0),
                UnderWay = state.UnderWay + (waits ? 0 : 1),
                OldestMs = ready ? Math.Min(state.OldestMs, message.Id.UnixMs) : state.OldestMs,
            };
        }
        else if (waits)
        {
            RemoveFromWheel(slot);
            ref Step step = ref Finish(slot, MessageStatus.Cancelled, Reason.None);
            step.Target = task;
            task.Unkept++;
        }
        else if (message.Stage is MessageStage.Settling or MessageStage.Ending)
        {
            // An end that is never kept, because the ownership is lost first, leaves a message that waits.
            task.Settling.Add((slot, message.Head));
        }
    }
}
