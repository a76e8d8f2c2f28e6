using Router.Core.Messages;
using Router.Core.Routing;
using Router.Engine.Dispatch;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <content>What providers say of departures: early, late, double, unknown.</content>
internal sealed partial class Shard
{
    private readonly Dictionary<int, SegmentState> segmented = [];
    private readonly Dictionary<int, List<CancelTask>> cancels = [];
    private readonly List<(FlagsTask Task, int Row, long Until, bool WaitsForEnd)> flagWaiters = [];

    /// <summary>
    /// Takes an outcome. One for a message that is not under way (any more) only frees its place among the unkept; so does one of an older epoch's release, for the message may have been
    /// released again: taken for that one's, it would let a cancel or a stop be answered while the message can still leave.
    /// </summary>
    public void OnOutcome(in Outcome outcome)
    {
        int slot = outcome.Epoch == epoch ? FindMessage(outcome.Message) : -1;
        if (slot < 0 || messages[slot].Stage != MessageStage.Sending)
        {
            ForgetReceipt(outcome);
            effects.OutcomeKept(outcome.Provider);
            return;
        }

        if (messages[slot].Segments > 1)
        {
            OnSegmentOutcome(slot, outcome);
            return;
        }

        if (outcome.Kind == OutcomeKind.Sent)
        {
            long leftMs = SettlePlace(slot);
            CloseRelease(slot);
            ref Step step = ref Finish(slot, MessageStatus.Sent, Reason.None);
            step.LeftMs = leftMs;
            step.Provider = outcome.Provider;
            step.ReceiptKey = outcome.ReceiptKey;
            step.IsOutcome = true;
            return;
        }

        OnNotSent(slot, outcome.Kind, outcome.Reason, outcome.RetryAfterMs, outcome.Provider);
    }

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
        if (message.Stage is MessageStage.Ready or MessageStage.Deferred)
        {
            CancelIfAsked(slot);
        }
    }

    /// <summary>Answers the cancels and changes of flags that have waited as long as a release may be open.</summary>
    public void AnswerWaiters(long nowTimestamp)
    {
        for (int i = flagWaiters.Count - 1; i >= 0; i--)
        {
            (FlagsTask task, int row, long until, bool waitsForEnd) = flagWaiters[i];
            if ((rows[row].Open == 0 && !waitsForEnd) || nowTimestamp > until)
            {
                flagWaiters.RemoveAt(i);
                Unpin(row);
                task.Answer.TrySetResult(task.Kept);
            }
        }

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

    /// <summary>Whether someone waits for a release to end.</summary>
    public bool HasWaiters => flagWaiters.Count > 0 || cancels.Count > 0;

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

    private void ForgetReceipt(in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Sent && outcome.ReceiptKey != 0)
        {
            receipts.Forget(outcome.ReceiptKey);
            GoOnWithReceipts(outcome.Message.Head);
        }
    }

    private void CloseRelease(int slot)
    {
        ref ContactRow row = ref rows[messages[slot].Contact];
        row.Open--;
    }

    private void OnSegmentOutcome(int slot, in Outcome outcome)
    {
        SegmentState state = segmented[slot];
        state.Outstanding--;
        if (state.Ended)
        {
            OnOutcomeAfterEnd(slot, state, outcome);
            return;
        }

        bool stepped = outcome.Kind == OutcomeKind.Sent && state.MarkDone(outcome.Segment);
        if (stepped)
        {
            long leftMs = SettlePlace(slot); // with its first segment
            bool last = state.DoneCount == messages[slot].Segments;
            if (last)
            {
                CloseRelease(slot);
            }

            ref Step step = ref last ? ref Finish(slot, MessageStatus.Sent, Reason.None) : ref AddStep(StepKind.SegmentSent, slot);
            step.Provider = outcome.Provider;
            step.ReceiptKey = outcome.ReceiptKey;
            step.LeftMs = leftMs;
            step.Segment = outcome.Segment;
            step.IsOutcome = true;
            step.IsFirst = state.DoneCount == 1;
            if (last)
            {
                return;
            }
        }
        else
        {
            ForgetReceipt(outcome);
            state.Note(outcome);
            if (state.Outstanding > 0)
            {
                effects.OutcomeKept(outcome.Provider);
            }
        }

        if (state.Outstanding > 0)
        {
            return;
        }

        OutcomeKind worst = state.Worst;
        state.Worst = 0;
        if (worst != 0)
        {
            // A sent segment's own step frees its place among the unkept.
            OnNotSent(slot, worst, state.Reason, state.RetryAfterMs, outcome.Provider, pays: !stepped);
            return;
        }

        // A part was released because a limit had no room for all; the rest goes on.
        CloseRelease(slot);
        Back(slot);
        if (!stepped)
        {
            effects.OutcomeKept(outcome.Provider);
        }
    }

    // A receipt has ended the message (or will, once it is kept): the rest only comes to rest.
    private void OnOutcomeAfterEnd(int slot, SegmentState state, in Outcome outcome)
    {
        ForgetReceipt(outcome);
        effects.OutcomeKept(outcome.Provider);
        if (state.Outstanding > 0)
        {
            return;
        }

        SettlePlace(slot);
        CloseRelease(slot);
        if (state.EndKept)
        {
            EndStopped(slot);
            return;
        }

        messages[slot].Stage = MessageStage.Ending;
    }

    private void OnNotSent(int slot, OutcomeKind kind, Reason reason, int retryAfterMs, int provider, bool pays = true)
    {
        bool left = kind is not (OutcomeKind.Lapsed or OutcomeKind.Throttled or OutcomeKind.Unsent);
        long leftMs = left ? SettlePlace(slot) : 0;
        CloseRelease(slot);
        switch (kind)
        {
            case OutcomeKind.Lapsed or OutcomeKind.Throttled or OutcomeKind.Unsent:
                ReturnToPlace(slot);
                Back(slot);
                break;
            case OutcomeKind.Refused:
            {
                ref Step step = ref Finish(slot, MessageStatus.Undelivered, reason == Reason.None ? Reason.ProviderRefused : reason);
                step.Provider = provider;
                step.LeftMs = leftMs;
                step.IsOutcome = pays;
                return;
            }

            case OutcomeKind.Failed or OutcomeKind.Unknown:
            {
                ref Step step = ref Retry(slot, kind, retryAfterMs, provider);
                step.LeftMs = leftMs;
                step.IsOutcome = pays;
                return;
            }

            default:
                throw new InvalidOperationException($"no such outcome: {kind}");
        }

        if (pays)
        {
            effects.OutcomeKept(provider);
        }
    }

    private ref Step Retry(int slot, OutcomeKind kind, int retryAfterMs, int provider)
    {
        ref WaitingMessage message = ref messages[slot];
        RetryRule rule = effects.RetryRule(provider);
        message.Attempts++;
        int delay = retryAfterMs > 0
            ? retryAfterMs
            : Jitter((int)Math.Min(rule.LastDelayMs, (long)rule.FirstDelayMs << Math.Min(message.Attempts - 1, 20)));
        if (message.Attempts >= rule.AttemptsMax)
        {
            LaneKey key = KeyOf(slot);
            Route? route = Configuration.Routes.Find(key.Tenant, key.Channel, new DestinationPrefix(message.Prefix), key.SenderTag, key.Purpose);
            int at = route is null ? -1 : IndexOf(route, provider);
            int all = route is null ? 0 : (1 << route.Providers.Count) - 1;
            message.Tried = at < 0 ? (byte)0 : (byte)((message.Tried | (1 << at)) & all); // not of the route any more: all that are there are untried
            if (route is null || message.Tried == all)
            {
                ref Step end = ref Finish(slot, MessageStatus.Undelivered, kind == OutcomeKind.Unknown ? Reason.OutcomeUnknown : Reason.ProviderFailed);
                end.Provider = provider;
                return ref end;
            }

            message.Attempts = 0;
            delay = Jitter(rule.FirstDelayMs);
        }

        message.Stage = MessageStage.Settling;
        ref Step step = ref AddStep(StepKind.Retry, slot);
        step.Status = MessageStatus.Queued;
        step.Reason = Reason.Retry;
        step.Provider = provider;
        step.DelayMs = delay;
        return ref step;
    }

    // Nothing left: back to its lane, or to another provider's when its own is down.
    private void Back(int slot)
    {
        LaneKey key = KeyOf(slot);
        if (!effects.IsHealthy(key.Provider))
        {
            Place(slot, key, 0);
            return;
        }

        if (!CancelIfAsked(slot))
        {
            Insert(slot);
        }
    }

    // Some of its segments were taken already: to its recipient's limit it has left.
    private bool HasLeftInPart(int slot) => messages[slot].Segments > 1 && segmented.TryGetValue(slot, out SegmentState? state) && state.DoneCount > 0;

    private int SegmentsDue(int slot)
    {
        int segments = messages[slot].Segments;
        return segments == 1 || !segmented.TryGetValue(slot, out SegmentState? state) ? segments : segments - state.DoneCount;
    }

    // Releases the first segments that are due: `count` of them, from the first one that is not done.
    private void DepartSegments(int slot, int count, ref Departure departure)
    {
        int segments = messages[slot].Segments;
        if (!segmented.TryGetValue(slot, out SegmentState? state))
        {
            segmented.Add(slot, state = new SegmentState(segments));
        }

        int first = 0;
        while (state.IsDone(first))
        {
            first++;
        }

        int span = 0;
        for (int found = 0; found < count; span++)
        {
            found += state.IsDone(first + span) ? 0 : 1;
        }

        state.Outstanding = count;
        departure.FirstSegment = (byte)first;
        departure.SegmentCount = (byte)span;
        departure.SegmentsDone = state.DoneCount == 0 ? null : (byte[])state.Done.Clone();
    }

    private static int IndexOf(Route route, int provider)
    {
        for (int i = 0; i < route.Providers.Count; i++)
        {
            if (route.Providers[i] == provider)
            {
                return i;
            }
        }

        return -1;
    }
}
