using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>
/// A provider whose every step a test decides: by hand (<see cref="Policy"/> null: <see cref="Write"/>, <see cref="Settle"/>, <see cref="Receive(ScriptedDeparture, MessageStatus, Reason)"/>) or by a
/// seeded policy. It checks each release's end against the injected time when it writes (DESIGN §3) and keeps all that it was handed. Nothing happens but in a call by the engine or the
/// test, or (see <see cref="RunsByTimer"/>) a timer of the injected time. All members may be called from any thread; events are told without a lock.
/// </summary>
public sealed partial class ScriptedProvider : IProvider
{
    private readonly Lock sync = new();
    private readonly IProviderEvents events;
    private readonly IKeyedHash hash;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly List<ScriptedDeparture> departures = [];
    private readonly ITimer timer;
    private TaskCompletionSource? empty;
    private int submitting;
    private int unsettled;
    private int carrierIds;
    private bool up;
    private bool draining;

    /// <summary>A provider for <paramref name="account"/>; <paramref name="policy"/> null: by hand.</summary>
    public ScriptedProvider(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed, ScriptedPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(time);
        Account = account;
        Policy = policy;
        Window = account.Settings.Limits.InFlight ?? 1_000;
        this.events = events;
        this.hash = hash;
        this.time = time;
        random = new Random(seed);
        timer = time.CreateTimer(static state => ((ScriptedProvider)state!).Step(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The account.</summary>
    public ProviderAccount Account { get; }

    /// <summary>How it answers by itself; null: by hand.</summary>
    public ScriptedPolicy? Policy { get; set; }

    /// <inheritdoc/>
    public int Window { get; set; }

    /// <inheritdoc/>
    public RetryRule Retry { get; set; } = RetryRule.Default;

    /// <inheritdoc/>
    public bool HasWholeReceipts { get; set; }

    /// <inheritdoc/>
    public ProviderStatus Status => new(IsUp ? 1 : 0, 1, Window, InFlight, 0, false, null, null, null);

    /// <summary>Whether <see cref="Start"/> brings it up at once. Default true.</summary>
    public bool StartsUp { get; set; } = true;

    /// <summary>By hand: whether what is handed over is written at once. Default true; else it waits for <see cref="Write"/>.</summary>
    public bool WritesAtOnce { get; set; } = true;

    /// <summary>Whether a timer of the injected time runs what falls due. Default true; false: only <see cref="Step"/> does.</summary>
    public bool RunsByTimer { get; set; } = true;

    /// <summary>Whether being disposed leaves what is in flight as it is, to be settled by hand: a provider whose last outcomes come late. Default false.</summary>
    public bool IgnoresDispose { get; set; }

    /// <summary>What a drain throws; null: it drains.</summary>
    public Exception? DrainFault { get; set; }

    /// <summary>Whether it is up.</summary>
    public bool IsUp
    {
        get
        {
            lock (sync)
            {
                return up;
            }
        }
    }

    /// <summary>Segments without an outcome.</summary>
    public int InFlight
    {
        get
        {
            lock (sync)
            {
                return unsettled;
            }
        }
    }

    /// <summary>Most segments without an outcome that it ever held.</summary>
    public int InFlightMax { get; private set; }

    /// <summary>All segments handed over, in order.</summary>
    public IReadOnlyList<ScriptedDeparture> Departures
    {
        get
        {
            lock (sync)
            {
                return [.. departures];
            }
        }
    }

    /// <summary>All segments written (they left the house), in the order of writing.</summary>
    public IReadOnlyList<ScriptedDeparture> Written
    {
        get
        {
            lock (sync)
            {
                return [.. written];
            }
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        if (StartsUp)
        {
            GoUp();
        }
    }

    /// <summary>Brings a session up.</summary>
    public void GoUp()
    {
        lock (sync)
        {
            if (up || draining)
            {
                return;
            }

            up = true;
        }

        events.HealthChanged(Account.Number, up: true);
    }

    /// <summary>Loses all sessions: what is not written ends as unsent, what is written as unknown.</summary>
    public void GoDown()
    {
        var told = new List<Outcome>();
        lock (sync)
        {
            if (!up)
            {
                return;
            }

            up = false;
            EndAllLocked(told);
        }

        Tell(told);
        events.HealthChanged(Account.Number, up: false);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Called by two threads at a time, or a departure has nothing to send.</exception>
    public void Submit(ReadOnlySpan<Departure> departures)
    {
        if (Interlocked.Exchange(ref submitting, 1) != 0)
        {
            throw new InvalidOperationException("Submit was called by two threads at a time");
        }

        var told = new List<Outcome>();
        lock (sync)
        {
            foreach (ref readonly Departure departure in departures)
            {
                TakeLocked(departure, told);
            }

            InFlightMax = Math.Max(InFlightMax, unsettled);
            ScheduleLocked();
        }

        Volatile.Write(ref submitting, 0);
        Tell(told);
        Step();
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (DrainFault is { } fault)
        {
            throw fault;
        }

        Task finished;
        var told = new List<Outcome>();
        lock (sync)
        {
            draining = true;
            foreach (ScriptedDeparture departure in departures.Where(static d => d.State == ScriptedState.Queued))
            {
                told.Add(EndLocked(departure, OutcomeKind.Unsent));
            }

            empty = unsettled == 0 ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            finished = empty?.Task ?? Task.CompletedTask;
        }

        Tell(told);
        await finished.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GoDown();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (sync)
        {
            draining = true;
        }

        if (!IgnoresDispose)
        {
            GoDown();
        }

        await timer.DisposeAsync().ConfigureAwait(false);
    }

    private void TakeLocked(in Departure departure, List<Outcome> told)
    {
        byte[] record = departure.Record.AsSpan(0, departure.RecordLength).ToArray();
        RecordPool.Shared.Return(departure.Record, departure.RecordLength);
        bool any = false;
        for (int segment = departure.FirstSegment; segment < departure.FirstSegment + departure.SegmentCount; segment++)
        {
            if (departure.SegmentsDone is { } done && (done[segment / 8] & (1 << (segment % 8))) != 0)
            {
                continue;
            }

            any = true;
            var item = new ScriptedDeparture(departure, record, (byte)segment, departures.Count, time.GetTimestamp());
            departures.Add(item);
            unsettled++;
            if (!up || draining)
            {
                told.Add(EndLocked(item, OutcomeKind.Unsent));
            }
            else if (Policy is { } policy)
            {
                // A conversation's departures are written in the order given, so no later one may be due earlier.
                long due = Math.Max(lastWriteDue, AfterLocked(policy.WriteDelayMs));
                lastWriteDue = due;
                PlanLocked(due, new Planned(StepKind.Write, item));
            }
            else if (WritesAtOnce)
            {
                WriteLocked(item, told);
            }
        }

        if (!any)
        {
            throw new InvalidOperationException($"departure of message {departure.Id} has no segment to send");
        }
    }

    private void EndAllLocked(List<Outcome> told)
    {
        foreach (ScriptedDeparture item in departures.Where(static d => d.State != ScriptedState.Settled))
        {
            told.Add(EndLocked(item, item.State == ScriptedState.Written ? OutcomeKind.Unknown : OutcomeKind.Unsent));
        }
    }

    private Outcome EndLocked(ScriptedDeparture item, OutcomeKind kind, Reason reason = Reason.None, int retryAfterMs = 0)
    {
        if (item.State == ScriptedState.Settled)
        {
            throw new InvalidOperationException($"segment {item.Segment} of message {item.Id} has its outcome already");
        }

        item.State = ScriptedState.Settled;
        item.Outcome = new Outcome
        {
            Provider = Account.Number,
            Message = item.Id,
            Segment = item.Segment,
            Epoch = item.Epoch,
            Kind = kind,
            Reason = reason,
            RetryAfterMs = retryAfterMs,
            ReceiptKey = kind == OutcomeKind.Sent ? item.ReceiptKey : 0,
            HasWholeReceipt = HasWholeReceipts,
        };
        if (--unsettled == 0)
        {
            empty?.TrySetResult();
        }

        return item.Outcome;
    }

    // False when the release had ended: nothing left, and the outcome says so.
    private bool WriteLocked(ScriptedDeparture item, List<Outcome> told)
    {
        long now = time.GetTimestamp();
        if (now > item.ReleaseEnd)
        {
            told.Add(EndLocked(item, OutcomeKind.Lapsed));
            return false;
        }

        item.State = ScriptedState.Written;
        item.WrittenAt = now;
        item.ReceiptKey = hash.ReceiptKey(Account.Number, Encoding.ASCII.GetBytes($"carrier-{++carrierIds}"));
        written.Add(item);
        return true;
    }

    private void Tell(List<Outcome> told)
    {
        if (told.Count > 0)
        {
            events.Settle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(told));
        }
    }
}
