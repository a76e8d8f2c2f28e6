using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <content>Long messages: their segments leave, and are answered, one by one.</content>
internal sealed partial class Shard
{
    private readonly Dictionary<int, SegmentState> segmented = [];

    private void OnSegmentOutcome(int slot, in Outcome outcome)
    {
        SegmentState state = segmented[slot];
        state.Outstanding--;
        if (traced.Count > 0)
        {
            TraceSegment(slot, state, outcome);
        }

        if (state.Ended)
        {
            OnOutcomeAfterEnd(slot, state, outcome);
            return;
        }

        bool stepped = outcome.Kind == OutcomeKind.Sent && state.MarkDone(outcome.Segment);
        if (stepped)
        {
            state.HasLeftWhole |= outcome.HasWholeReceipt;
            long leftMs = SettlePlace(slot); // with its first segment
            bool last = state.DoneCount == messages[slot].Segments;
            if (last)
            {
                CloseRelease(slot);
            }

            ref Step step = ref last ? ref Finish(slot, MessageStatus.Sent, Reason.None) : ref AddStep(StepKind.SegmentSent, slot);
            step.Provider = outcome.Provider;
            step.ReceiptKey = outcome.ReceiptKey;
            step.HasWholeReceipt = outcome.HasWholeReceipt;
            step.LeftMs = leftMs;
            step.Segment = outcome.Segment;
            step.Price = KeyOf(slot).Price;
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
        departure.HasLeftWhole = state.HasLeftWhole;
        departure.SegmentsDone = state.DoneCount == 0 ? null : (byte[])state.Done.Clone();
    }
}
