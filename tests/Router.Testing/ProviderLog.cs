using Router.Engine.Providers;

namespace Router.Testing;

/// <summary>An <see cref="IProviderEvents"/> that keeps what it is told, for tests of providers. Every member may be called from any thread; the lists are copies.</summary>
public sealed class ProviderLog : IProviderEvents
{
    private readonly Lock sync = new();
    private readonly List<Outcome> outcomes = [];
    private readonly List<Receipt> receipts = [];
    private readonly List<bool> health = [];
    private readonly List<TaskCompletionSource> waiting = [];

    /// <summary>Whether receipts are acknowledged (at once). Default true.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>All outcomes, in the order told.</summary>
    public IReadOnlyList<Outcome> Outcomes
    {
        get
        {
            lock (sync)
            {
                return [.. outcomes];
            }
        }
    }

    /// <summary>All receipts, in the order told.</summary>
    public IReadOnlyList<Receipt> Receipts
    {
        get
        {
            lock (sync)
            {
                return [.. receipts];
            }
        }
    }

    /// <summary>All changes of health, in the order told.</summary>
    public IReadOnlyList<bool> Health
    {
        get
        {
            lock (sync)
            {
                return [.. health];
            }
        }
    }

    /// <summary>Ends once <paramref name="enough"/> holds; looked at after each thing told.</summary>
    public async Task WaitAsync(Func<ProviderLog, bool> enough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(enough);
        while (true)
        {
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (sync)
            {
                waiting.Add(told);
            }

            if (enough(this))
            {
                return;
            }

            await told.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Settle(ReadOnlySpan<Outcome> outcomes)
    {
        lock (sync)
        {
            this.outcomes.AddRange(outcomes);
        }

        Wake();
    }

    /// <inheritdoc/>
    public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        ArgumentNullException.ThrowIfNull(acknowledge);
        lock (sync)
        {
            receipts.Add(receipt);
        }

        acknowledge(state, token, Acknowledges);
        Wake();
    }

    /// <inheritdoc/>
    public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token) => acknowledge(state, token, true);

    /// <inheritdoc/>
    public void HealthChanged(int provider, bool up)
    {
        lock (sync)
        {
            health.Add(up);
        }

        Wake();
    }

    private void Wake()
    {
        TaskCompletionSource[] wake;
        lock (sync)
        {
            wake = [.. waiting];
            waiting.Clear();
        }

        foreach (TaskCompletionSource told in wake)
        {
            told.TrySetResult();
        }
    }
}
