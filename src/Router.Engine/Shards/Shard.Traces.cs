using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Traces;

namespace Router.Engine.Shards;

/// <content>Messages whose trace is recorded: told where they wait and what providers made of them. They stand beside the slab, so that all others pay a test of a count.</content>
internal sealed partial class Shard
{
    // By slot; at most as many as messages wait.
    private readonly Dictionary<int, TracedMessage> traced = [];

    /// <summary>Messages that are traced; for tests.</summary>
    internal int TracedCount => traced.Count;

    // After a restart or a hand-over it waits since its acceptance: when it came back from a try is not kept.
    private void Trace(int slot, in AcceptedMessage accepted) => traced.Add(slot, new TracedMessage { Trace = accepted.Trace, WaitsFromMs = accepted.AcceptedAtMs });

    private void TraceDeparture(int slot)
    {
        ref TracedMessage message = ref CollectionsMarshal.GetValueRefOrNullRef(traced, slot);
        if (!Unsafe.IsNullRef(ref message))
        {
            message.HandedOverMs = NowMs;
            message.HasSent = false;
        }
    }

    // Told once for all segments that were handed over together, with the last one's outcome.
    private void TraceSegment(int slot, SegmentState state, in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Sent)
        {
            ref TracedMessage message = ref CollectionsMarshal.GetValueRefOrNullRef(traced, slot);
            if (!Unsafe.IsNullRef(ref message))
            {
                message.HasSent = true;
            }
        }

        if (state.Outstanding == 0)
        {
            TraceOutcome(slot, state.WorstWith(outcome.Kind), outcome.Provider);
        }
    }

    // Where nothing left (lapsed, throttled, unsent) it has only waited on: that may come often, a try does not.
    private void TraceOutcome(int slot, OutcomeKind kind, int provider)
    {
        ref TracedMessage message = ref CollectionsMarshal.GetValueRefOrNullRef(traced, slot);
        if (Unsafe.IsNullRef(ref message))
        {
            return;
        }

        if (kind is OutcomeKind.Lapsed or OutcomeKind.Throttled or OutcomeKind.Unsent)
        {
            if (!message.HasSent)
            {
                return;
            }

            kind = OutcomeKind.Sent;
        }

        Channel channel = KeyOf(slot).Channel;
        MessageId id = messages[slot].Id;
        effects.TraceWait(new TracedSpan(message.Trace, id, channel, message.WaitsFromMs, message.HandedOverMs), MessageStatus.None);
        effects.TraceSend(new TracedSpan(message.Trace, id, channel, message.HandedOverMs, NowMs), provider, kind);
        message.WaitsFromMs = NowMs;
    }

    // Its last wait is told only of one that ended waiting: otherwise its last try was its end.
    private void TraceEnd(int slot, MessageStatus status)
    {
        if (traced.Remove(slot, out TracedMessage message) && status is MessageStatus.Rejected or MessageStatus.Expired or MessageStatus.Cancelled)
        {
            effects.TraceWait(new TracedSpan(message.Trace, messages[slot].Id, KeyOf(slot).Channel, message.WaitsFromMs, NowMs), status);
        }
    }
}
