using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Providers.Tests;

/// <summary>Keeps what a provider tells; tests wait for conditions over it, never for time.</summary>
public sealed class TestEvents : IProviderEvents
{
    private readonly Lock gate = new();
    private readonly List<(Func<TestEvents, bool> Condition, TaskCompletionSource Done)> waiters = [];

    /// <summary>Whether a receipt is kept; asked for each.</summary>
    public Func<Receipt, bool> Keep { get; set; } = static _ => true;

    /// <summary>Acknowledge by hand: calls are put aside in <see cref="Unacknowledged"/>.</summary>
    public bool HoldAcknowledgements { get; set; }

    public List<Outcome> Outcomes { get; } = [];

    public List<Receipt> Receipts { get; } = [];

    /// <summary>Messages from subscribers, in the order told.</summary>
    public List<TestInbound> Inbound { get; } = [];

    /// <summary>Whether a message from a subscriber is kept; asked for each.</summary>
    public Func<TestInbound, bool> KeepInbound { get; set; } = static _ => true;

    public List<bool> Health { get; } = [];

    public List<Action<bool>> Unacknowledged { get; } = [];

    /// <summary>Everything in the order told: outcomes and receipts by key.</summary>
    public List<(char Kind, ulong Key)> Order { get; } = [];

    public int SettleCalls { get; private set; }

    private int otherEpochs;

    public Exception? Fault { get; private set; }

    public bool Up => Health.Count > 0 && Health[^1];

    public void Settle(ReadOnlySpan<Outcome> outcomes)
    {
        lock (gate)
        {
            SettleCalls++;
            foreach (Outcome outcome in outcomes)
            {
                Outcomes.Add(outcome);
                otherEpochs += outcome.Epoch == Departing.EpochOf(outcome.Message) ? 0 : 1;
                Order.Add(('o', outcome.ReceiptKey));
            }

            Wake();
        }
    }

    public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        bool keep;
        lock (gate)
        {
            keep = Keep(receipt);
            Receipts.Add(receipt);
            Order.Add(('r', receipt.ReceiptKey));
            if (HoldAcknowledgements)
            {
                Unacknowledged.Add(kept => acknowledge(state, token, kept));
            }

            Wake();
        }

        if (!HoldAcknowledgements)
        {
            acknowledge(state, token, keep);
        }
    }

    public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        bool keep;
        lock (gate)
        {
            TestInbound inbound = TestInbound.Of(message);
            keep = KeepInbound(inbound);
            Inbound.Add(inbound);
            if (HoldAcknowledgements)
            {
                Unacknowledged.Add(kept => acknowledge(state, token, kept));
            }

            Wake();
        }

        if (!HoldAcknowledgements)
        {
            acknowledge(state, token, keep);
        }
    }

    public void HealthChanged(int provider, bool up)
    {
        lock (gate)
        {
            Health.Add(up);
            Wake();
        }
    }

    /// <summary>Reads under the lock.</summary>
    public T Read<T>(Func<TestEvents, T> read)
    {
        lock (gate)
        {
            return read(this);
        }
    }

    /// <summary>Ends when the condition holds; a minute without it is a failure of the test.</summary>
    public Task Until(Func<TestEvents, bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            Assert.Equal(0, otherEpochs); // each outcome tells its departure's epoch back
            if (condition(this))
            {
                return Task.CompletedTask;
            }

            waiters.Add((condition, done));
        }

        return done.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public int Count(OutcomeKind kind) => Outcomes.Count(o => o.Kind == kind);

    public int Count(MessageStatus status) => Receipts.Count(r => r.Status == status);

    private void Wake()
    {
        for (int i = waiters.Count - 1; i >= 0; i--)
        {
            if (waiters[i].Condition(this))
            {
                waiters[i].Done.TrySetResult();
                waiters.RemoveAt(i);
            }
        }
    }
}
