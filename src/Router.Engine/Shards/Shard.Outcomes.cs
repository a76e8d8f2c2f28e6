using Router.Core.Messages;
using Router.Core.Routing;
using Router.Engine.Dispatch;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <content>What providers say of departures: early, late, double, unknown.</content>
internal sealed partial class Shard
{
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

        if (traced.Count > 0)
        {
            TraceOutcome(slot, outcome.Kind, outcome.Provider);
        }

        if (outcome.Kind == OutcomeKind.Sent)
        {
            long leftMs = SettlePlace(slot);
            CloseRelease(slot);
            ref Step step = ref Finish(slot, MessageStatus.Sent, Reason.None);
            step.LeftMs = leftMs;
            step.Provider = outcome.Provider;
            step.ReceiptKey = outcome.ReceiptKey;
            step.Price = KeyOf(slot).Price;
            step.IsOutcome = true;
            return;
        }

        OnNotSent(slot, outcome.Kind, outcome.Reason, outcome.RetryAfterMs, outcome.Provider);
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
            Route? route = FindRoute(Configuration.FindTenant(key.Tenant), key, message, out byte open);
            int at = route is null ? -1 : IndexOf(route, provider);
            message.Tried = at < 0 ? (byte)0 : (byte)((message.Tried | (1 << at)) & open); // not of the route any more: all that are there are untried
            if (message.Tried == open)
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

    // Nothing left: back to its lane, or to another provider's when its own is down, or was taken off its route while it was not in its lane.
    private void Back(int slot)
    {
        LaneKey key = KeyOf(slot);
        if (!effects.IsHealthy(key.Provider) || !IsRouted(slot, key))
        {
            Place(slot, key, 0);
            return;
        }

        if (!CancelIfAsked(slot))
        {
            Insert(slot);
        }
    }

    private bool IsRouted(int slot, in LaneKey key) =>
        FindRoute(Configuration.FindTenant(key.Tenant), key, messages[slot], out byte open) is { } route && IndexOf(route, key.Provider) is >= 0 and var at && ((open >> at) & 1) != 0;

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
