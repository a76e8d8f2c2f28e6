using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>
/// Fallbacks, from both sides. A message's shard knows the fallback by its id alone, until it is done with: what it decides is repeated until the fallback's shard says that it is kept, and only then
/// written down (<see cref="EntryKind.FallbackDone"/>). The fallback's own shard holds it dormant; woken twice it is awake once.
/// </content>
internal sealed partial class Shard
{
    // Asked at once of other shards; the others wait in a queue.
    private const int SettlingMax = 64;

    // Of those done with, so many may stay in the queue of the due, beside as many as are pending: each would else lie there until its message's validity ends, days later.
    private const int DueMax = 64;

    // By the message's head. Bounded by the dormant messages, which count among their tenant's waiting ones.
    private readonly Dictionary<ulong, PendingFallback> fallbacks = [];
    private readonly PriorityQueue<PendingFallback, long> fallbacksDue = new();
    private readonly Queue<PendingFallback> toSettle = new();
    private readonly List<PendingFallback> toSettleAgain = [];
    private readonly Dictionary<int, List<FallbackTask>> fallbackTasks = [];
    private int settling;

    /// <summary>Those in the queue of the due, some of them done with; for tests.</summary>
    internal int FallbacksDue => fallbacksDue.Count;

    /// <summary>A fallback's shard has answered.</summary>
    public void OnFallbackSettled(PendingFallback fallback)
    {
        if (!fallbacks.TryGetValue(fallback.Message.Head, out PendingFallback? known) || known != fallback)
        {
            return; // of an earlier owner
        }

        settling--;
        if (!fallback.Settled)
        {
            toSettleAgain.Add(fallback);
        }
        else
        {
            AddFallbackDone(fallback);
        }

        SettleMore();
    }

    /// <summary>Each second: those whose time has come, and those whose shard could not be asked.</summary>
    public void LookAtFallbacks()
    {
        while (fallbacksDue.TryPeek(out PendingFallback? fallback, out long due) && due <= NowMs)
        {
            fallbacksDue.Dequeue();
            if (fallback.Verdict != FallbackVerdict.Wait)
            {
                continue; // decided before
            }

            if (!fallback.GoesInTime)
            {
                fallback.Verdict = FallbackVerdict.Cancel; // its own validity has ended: its shard knows
                AddFallbackDone(fallback);
            }
            else if (FindMessage(fallback.Message) is >= 0 and int slot && Waits(messages[slot].Stage))
            {
                fallbacksDue.Enqueue(fallback, NowMs + 1_000); // it expires first: both must not leave
            }
            else
            {
                Settle(fallback, FallbackVerdict.Wake);
            }
        }

        toSettleAgain.ForEach(toSettle.Enqueue);
        toSettleAgain.Clear();
        SettleMore();
    }

    /// <summary>Wakes or cancels a fallback of this shard.</summary>
    public void OnFallback(FallbackTask task)
    {
        int slot = FindMessage(task.Fallback);
        if (slot < 0 || KeyOf(slot).Tenant != task.Tenant)
        {
            task.Answer(task.Fallback.Head <= keptHead); // it has ended; or it is a younger owner's, who must be asked
            return;
        }

        ref WaitingMessage message = ref messages[slot];
        bool underWay = fallbackTasks.TryGetValue(slot, out List<FallbackTask>? tasks);
        if (!underWay && message.Stage == MessageStage.Ending)
        {
            task.Answer(false); // how, nobody can say before it is kept
        }
        else if (!underWay && message.Stage != MessageStage.Dormant)
        {
            task.Answer(true); // it is awake
        }
        else if (underWay)
        {
            tasks!.Add(task);
        }
        else
        {
            fallbackTasks.Add(slot, [task]);
            RemoveFromWheel(slot);
            if (task.Wakes)
            {
                message.Stage = MessageStage.Settling;
                AddStep(StepKind.Woken, slot);
            }
            else
            {
                Finish(slot, MessageStatus.Cancelled, Reason.None);
            }
        }
    }

    /// <summary>Whether <paramref name="fallback"/> is what <paramref name="message"/> still waits to decide about: a request that was handed in twice names the same.</summary>
    public bool AwaitsFallback(MessageId message, MessageId fallback) => fallbacks.TryGetValue(message.Head, out PendingFallback? pending) && pending.Fallback == fallback;

    private void WatchFallback(in AcceptedMessage message, MessageStatus status, Reason reason)
    {
        var fallback = new PendingFallback(message);
        fallbacks.Add(message.Id.Head, fallback);
        fallbacksDue.Enqueue(fallback, fallback.DueMs);
        TellFallback(message.Id.Head, status, reason);
    }

    private void ForgetFallback(ulong head)
    {
        fallbacks.Remove(head);
        if (fallbacksDue.Count <= DueMax + (2 * fallbacks.Count))
        {
            return;
        }

        fallbacksDue.Clear();
        fallbacksDue.EnqueueRange(fallbacks.Values.Where(static f => f.Verdict == FallbackVerdict.Wait).Select(static f => (f, f.DueMs)));
        fallbacksDue.TrimExcess();
    }

    // A status of a message is kept.
    private void TellFallback(ulong head, MessageStatus status, Reason reason)
    {
        if (fallbacks.Count > 0 && fallbacks.TryGetValue(head, out PendingFallback? fallback) && fallback.Verdict == FallbackVerdict.Wait
            && FallbackRule.Decide(status, reason) is not FallbackVerdict.Wait and var verdict)
        {
            Settle(fallback, verdict);
        }
    }

    private void Settle(PendingFallback fallback, FallbackVerdict verdict)
    {
        fallback.Verdict = verdict;
        toSettle.Enqueue(fallback);
        SettleMore();
    }

    private void SettleMore()
    {
        while (settling < SettlingMax && toSettle.TryDequeue(out PendingFallback? next))
        {
            settling++;
            effects.SettleFallback(next);
        }
    }

    private void AddFallbackDone(PendingFallback fallback)
    {
        ref Step step = ref pending.Add();
        step.Kind = StepKind.FallbackDone;
        step.Slot = -1;
        step.Head = fallback.Message.Head;
        step.Target = fallback;
    }

    // The message is in no list and no wheel. Its time is kept in whole seconds, rounded up, as that of a scheduled one that is never early.
    private void KeepDormant(int slot, in LaneKey identity, long notBeforeMs)
    {
        Join(slot, identity);
        ref WaitingMessage message = ref messages[slot];
        message.Stage = MessageStage.Dormant;
        message.Marks |= MessageMarks.NotInRing | (notBeforeMs > NowMs ? MessageMarks.Scheduled : MessageMarks.None);
        message.RingAt = (uint)((notBeforeMs + 999) / 1000);
        AddToWheel(slot, message.ValidUntilS * 1000L);
    }

    private void ApplyWoken(int slot)
    {
        messages[slot].Stage = MessageStage.Deferred;
        AnswerFallbackTasks(slot, settled: true);
        Place(slot, KeyOf(slot), NotBeforeMs(slot));
    }

    private void AnswerFallbackTasks(int slot, bool settled)
    {
        if (fallbackTasks.Count > 0 && fallbackTasks.Remove(slot, out List<FallbackTask>? tasks))
        {
            // No lambda: one that captured `settled` would cost each message that ends an object, fallback or not.
            foreach (FallbackTask task in tasks)
            {
                task.Answer(settled);
            }
        }
    }

    private void AbandonFallbacks()
    {
        foreach (List<FallbackTask> tasks in fallbackTasks.Values)
        {
            tasks.ForEach(static task => task.Answer(false));
        }

        fallbackTasks.Clear();
    }
}
