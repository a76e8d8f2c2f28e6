using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Providers.Tests.Smpp;

/// <summary>
/// What the dispatcher and the shard do around a provider, as far as a test of it needs: hands over as much as the window has room for, tries again what did not get sent,
/// finds the message of each receipt, whichever of response and receipt comes first.
/// </summary>
public sealed class Driver(int messages, TimeProvider time, Func<int, Departure> make) : IProviderEvents
{
    private readonly Lock gate = new();
    private readonly Queue<int> ready = new(Enumerable.Range(0, messages));
    private readonly Dictionary<ulong, int> byKey = [];
    private readonly Dictionary<ulong, int> unmatched = []; // key, number of the receipt: up to three keys each
    private readonly HashSet<int> settled = [];
    private readonly SemaphoreSlim changed = new(0);
    private readonly Dictionary<OutcomeKind, int> kinds = [];
    private readonly int[] told = new int[messages];
    private readonly int[] handed = new int[messages];
    private int inFlight;

    /// <summary>Messages whose receipt said delivered.</summary>
    public HashSet<int> Delivered { get; } = [];

    public HashSet<int> Sent { get; } = [];

    public HashSet<int> Refused { get; } = [];

    public int Receipts { get; private set; }

    public int Unmatched => unmatched.Values.Distinct().Count();

    public bool Up { get; private set; }

    /// <summary>Messages in which handed segments and outcomes differ in number: must be none at the end.</summary>
    public int Unbalanced => told.Zip(handed).Count(static p => p.First != p.Second);

    public int Count(OutcomeKind kind) => kinds.GetValueOrDefault(kind);

    public static Departure Plain(int n) => Departing.Make(TimeProvider.System, n, text: $"message {n}", to: $"+3933{n:00000000}");

    /// <summary>Drives until all are settled (sent or refused), and all sent are delivered where receipts are expected.</summary>
    public async Task Run(IProvider provider, bool receipts = true)
    {
        var batch = new List<Departure>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(300));
        while (true)
        {
            int room = provider.Window;
            batch.Clear();
            lock (gate)
            {
                if (settled.Count == messages && (!receipts || Delivered.Count == Sent.Count))
                {
                    return;
                }

                for (; inFlight < room && ready.Count > 0; inFlight++)
                {
                    int n = ready.Dequeue();
                    Departure departure = make(n);
                    departure.ReleaseEnd = time.GetTimestamp() + (time.TimestampFrequency / 4);
                    handed[n] += departure.SegmentCount;
                    batch.Add(departure);
                }
            }

            if (batch.Count > 0)
            {
                provider.Submit(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
            }

            // Something changes, or the window opens again by itself.
            await changed.WaitAsync(TimeSpan.FromMilliseconds(20), timeout.Token);
        }
    }

    public void Settle(ReadOnlySpan<Outcome> outcomes)
    {
        lock (gate)
        {
            foreach (Outcome outcome in outcomes)
            {
                int n = Departing.Number(outcome.Message);
                kinds[outcome.Kind] = kinds.GetValueOrDefault(outcome.Kind) + 1;
                told[n]++;
                inFlight--;
                switch (outcome.Kind)
                {
                    case OutcomeKind.Sent:
                        Sent.Add(n);
                        settled.Add(n);
                        byKey[outcome.ReceiptKey] = n;
                        if (unmatched.TryGetValue(outcome.ReceiptKey, out int receipt))
                        {
                            Delivered.Add(n);
                            foreach (ulong key in unmatched.Where(p => p.Value == receipt).Select(static p => p.Key).ToArray())
                            {
                                unmatched.Remove(key);
                            }
                        }

                        break;
                    case OutcomeKind.Refused:
                        Refused.Add(n);
                        settled.Add(n);
                        break;
                    default:
                        ready.Enqueue(n);
                        break;
                }
            }
        }

        changed.Release();
    }

    public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        lock (gate)
        {
            Receipts++;
            if (byKey.TryGetValue(receipt.ReceiptKey, out int n) || byKey.TryGetValue(receipt.SecondKey, out n) || byKey.TryGetValue(receipt.ThirdKey, out n))
            {
                Assert.Equal(MessageStatus.Delivered, receipt.Status);
                Delivered.Add(n);
            }
            else
            {
                foreach (ulong key in new[] { receipt.ReceiptKey, receipt.SecondKey, receipt.ThirdKey }.Where(static k => k != 0))
                {
                    unmatched[key] = Receipts;
                }
            }
        }

        acknowledge(state, token, true);
        changed.Release();
    }

    /// <inheritdoc/>
    public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token) => acknowledge(state, token, true);

    public void HealthChanged(int provider, bool up)
    {
        lock (gate)
        {
            Up = up;
        }

        changed.Release();
    }
}
