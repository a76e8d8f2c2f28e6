using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Testing;

// By policy: a queue of steps that fall due. The same seed and the same calls give the same steps.
public sealed partial class ScriptedProvider
{
    private readonly PriorityQueue<Planned, (long Due, long Order)> steps = new();
    private long stepOrder;
    private long lastWriteDue;
    private long acknowledged;
    private long refusedReceipts;

    private enum StepKind
    {
        Write,
        Outcome,
        Receipt,
    }

    /// <summary>Receipts that the engine acknowledged.</summary>
    public long AcknowledgedCount => Interlocked.Read(ref acknowledged);

    /// <summary>Times that the engine asked for a receipt again.</summary>
    public long RefusedReceiptCount => Interlocked.Read(ref refusedReceipts);

    /// <summary>Timestamp at which the next step of the policy falls due; null: nothing is planned.</summary>
    public long? NextDue
    {
        get
        {
            lock (sync)
            {
                return steps.TryPeek(out _, out (long Due, long Order) next) ? next.Due : null;
            }
        }
    }

    /// <summary>Does what has fallen due; returns how many steps.</summary>
    public int Step()
    {
        int done = 0;
        var told = new List<Outcome>();
        var receipts = new List<Receipt>();
        while (true)
        {
            told.Clear();
            receipts.Clear();
            lock (sync)
            {
                long now = time.GetTimestamp();
                while (steps.TryPeek(out Planned step, out (long Due, long Order) next) && next.Due <= now)
                {
                    steps.Dequeue();
                    done++;
                    RunLocked(step, told, receipts);
                    if (receipts.Count > 0)
                    {
                        // One at a time, so that outcomes and receipts are told in the order in which they fell due.
                        break;
                    }
                }

                ScheduleLocked();
            }

            if (told.Count == 0 && receipts.Count == 0)
            {
                return done;
            }

            Tell(told);
            foreach (Receipt receipt in receipts)
            {
                Receive(receipt);
            }
        }
    }

    /// <summary>Tells any receipt; one that is not acknowledged comes again after <see cref="ScriptedPolicy.ReceiptAgainMs"/>.</summary>
    public void Receive(in Receipt receipt) =>
        events.Receive(receipt, static (state, _, kept) => ((Telling)state!).Acknowledge(kept), new Telling(this, receipt), 0);

    private void RunLocked(Planned step, List<Outcome> told, List<Receipt> receipts)
    {
        ScriptedDeparture item = step.Item!;
        switch (step.Kind)
        {
            case StepKind.Write when item.State == ScriptedState.Queued:
                if (WriteLocked(item, told))
                {
                    PlanAnswersLocked(item, Policy ?? ScriptedPolicy.Smooth);
                }

                break;
            case StepKind.Outcome when item.State == ScriptedState.Written:
                told.Add(EndLocked(item, step.Outcome));
                break;
            case StepKind.Receipt:
                receipts.Add(step.Receipt);
                break;
            default:
                // Its session went down meanwhile: it has its outcome.
                break;
        }
    }

    private void PlanAnswersLocked(ScriptedDeparture item, ScriptedPolicy policy)
    {
        OutcomeKind kind = DrawLocked(policy);
        long outcomeDue = AfterLocked(policy.OutcomeDelayMs);
        PlanLocked(outcomeDue, new Planned(StepKind.Outcome, item, kind));
        bool carried = kind == OutcomeKind.Sent || (kind == OutcomeKind.Unknown && random.NextDouble() < policy.UnknownIsCarried);
        if (!carried || !policy.Receipts || random.NextDouble() < policy.ReceiptLost)
        {
            return;
        }

        bool undelivered = random.NextDouble() < policy.Undelivered;
        var receipt = new Receipt
        {
            Provider = Account.Number,
            ReceiptKey = item.ReceiptKey,
            Status = undelivered ? MessageStatus.Undelivered : MessageStatus.Delivered,
            Reason = undelivered ? Reason.Undeliverable : Reason.None,
        };
        long now = time.GetTimestamp();
        bool early = random.NextDouble() < policy.ReceiptEarly;
        long due = early ? now : outcomeDue + AfterLocked(policy.ReceiptDelayMs) - now;
        PlanLocked(due, new Planned(receipt));
        if (random.NextDouble() < policy.ReceiptTwice)
        {
            PlanLocked(due + AfterLocked(policy.ReceiptDelayMs) - now, new Planned(receipt));
        }
    }

    private OutcomeKind DrawLocked(ScriptedPolicy policy)
    {
        double draw = random.NextDouble();
        return draw < policy.Throttled ? OutcomeKind.Throttled
            : (draw -= policy.Throttled) < policy.Failed ? OutcomeKind.Failed
            : (draw -= policy.Failed) < policy.Refused ? OutcomeKind.Refused
            : draw - policy.Refused < policy.Unknown ? OutcomeKind.Unknown
            : OutcomeKind.Sent;
    }

    private long AfterLocked(int delayMsMax) =>
        time.GetTimestamp() + (delayMsMax == 0 ? 0 : (long)(random.NextDouble() * delayMsMax * time.TimestampFrequency / 1000));

    private void PlanLocked(long due, Planned step) => steps.Enqueue(step, (due, stepOrder++));

    private void ScheduleLocked()
    {
        if (RunsByTimer && steps.TryPeek(out _, out (long Due, long Order) next))
        {
            // Never 0: a fake time would run the step here, under the lock.
            double waitMs = time.GetElapsedTime(time.GetTimestamp(), next.Due).TotalMilliseconds;
            timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(waitMs))), Timeout.InfiniteTimeSpan);
        }
    }

    private readonly record struct Planned(StepKind Kind, ScriptedDeparture? Item, OutcomeKind Outcome = default, Receipt Receipt = default)
    {
        public Planned(Receipt receipt)
            : this(StepKind.Receipt, null, default, receipt)
        {
        }
    }

    private sealed class Telling(ScriptedProvider provider, Receipt receipt)
    {
        private int told;

        public void Acknowledge(bool kept)
        {
            if (Interlocked.Exchange(ref told, 1) != 0)
            {
                throw new InvalidOperationException("a receipt was acknowledged twice");
            }

            if (kept)
            {
                Interlocked.Increment(ref provider.acknowledged);
                return;
            }

            Interlocked.Increment(ref provider.refusedReceipts);
            lock (provider.sync)
            {
                long again = (provider.Policy ?? ScriptedPolicy.Smooth).ReceiptAgainMs * provider.time.TimestampFrequency / 1000;
                provider.PlanLocked(provider.time.GetTimestamp() + again, new Planned(receipt));
                provider.ScheduleLocked();
            }
        }
    }
}
