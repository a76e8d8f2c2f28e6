using System.Buffers.Binary;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.Providers.Departures;

namespace Router.Providers.Loopback;

/// <summary>
/// A carrier that exists only here, so that the first message needs no account: takes departures, answers after its latency, and lets a delivered receipt follow.
/// </summary>
/// <remarks>
/// Hot path, 0 B a message in the steady state (<c>Loopback_settles_without_allocating</c>). <see cref="Submit"/> only queues; one work item at a time drains the queue
/// (<see cref="Execute"/>), so that nothing is told on the caller's stack and outcomes go out in batches. All fields marked (loop) belong to that work item.
/// Partials: <c>Loop</c> the work item, <c>Echo</c> what comes back.
/// </remarks>
public sealed partial class LoopbackProvider : IProvider, IThreadPoolWorkItem
{
    /// <summary>Departures taken from the queue at a time.</summary>
    private const int BatchMax = 256;

    /// <summary>Outcomes told in one call.</summary>
    private const int OutcomesMax = 512;

    /// <summary>Default of <c>limits.inFlight</c> (<see cref="ProviderLimits.InFlight"/>).</summary>
    private const int WindowDefault = 2_000;

    /// <summary>While more receipts than this many windows are not acknowledged, nothing is taken.</summary>
    private const int UnacknowledgedWindows = 8;

    /// <summary>A receipt that could not be kept comes again after this long.</summary>
    private const int RepeatMs = 1_000;

    private readonly Lock gate = new();
    private readonly int number;
    private readonly LoopbackSettings settings;
    private readonly IProviderEvents events;
    private readonly IKeyedHash hash;
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly int window;
    private readonly long latency;
    private readonly long repeat;

    // Under the gate.
    private readonly Ring<Departure> waiting = new(1_024);
    private readonly Ring<Repeat> repeats = new(64);
    private bool scheduled;
    private bool started;
    private bool ended;

    // (loop)
    private readonly Random random;
    private readonly Ring<Flight> flights = new(1_024);
    private readonly Queue<LoopbackEcho> echoes = [];
    private readonly Departure[] batch = new Departure[BatchMax];
    private readonly Outcome[] outcomes = new Outcome[OutcomesMax];
    private readonly byte[] carrierId = new byte[20];
    private readonly TaskCompletionSource endedDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int outcomeCount;
    private long idCounter;
    private bool up;

    private long unacknowledged;
    private volatile int underWay; // flights.Count as last seen by the loop, for people
    private volatile bool stopping;
    private volatile TaskCompletionSource? idle;

    internal LoopbackProvider(ProviderAccount account, LoopbackSettings settings, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed)
    {
        number = account.Number;
        this.settings = settings;
        this.events = events;
        this.hash = hash;
        this.time = time;
        window = account.Settings.Limits.InFlight ?? WindowDefault;
        latency = settings.LatencyMs * time.TimestampFrequency / 1_000;
        repeat = RepeatMs * time.TimestampFrequency / 1_000;
        random = new Random(seed);

        // Ids never come twice, over restarts and silos: when it was made, the seed, a counter.
        BinaryPrimitives.WriteInt64BigEndian(carrierId, time.GetUtcNow().ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32BigEndian(carrierId.AsSpan(8), seed);
        timer = time.CreateTimer(static state => ((LoopbackProvider)state!).Schedule(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public int Window => stopping || Interlocked.Read(ref unacknowledged) > (long)UnacknowledgedWindows * window ? 0 : window;

    /// <inheritdoc/>
    public RetryRule Retry => RetryRule.Default;

    /// <inheritdoc/>
    public ProviderStatus Status
    {
        get
        {
            lock (gate)
            {
                return new ProviderStatus(started && !ended ? 1 : 0, 1, window, underWay, waiting.Count, false, null, null, null);
            }
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        lock (gate)
        {
            started = true;
        }

        Schedule();
    }

    /// <inheritdoc/>
    public void Submit(ReadOnlySpan<Departure> departures)
    {
        bool schedule;
        lock (gate)
        {
            foreach (ref readonly Departure departure in departures)
            {
                // Twice the window is more than a dispatcher ever hands over; beyond it, and when stopped, only the refusal is queued.
                if (ended || stopping || waiting.Count >= window * 2)
                {
                    Departure refused = departure;
                    DueSegments.ReturnRecord(ref refused);
                    waiting.Add(refused);
                }
                else
                {
                    waiting.Add(departure);
                }
            }

            schedule = !scheduled;
            scheduled = true;
        }

        if (schedule)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        idle = done;
        stopping = true;
        Schedule();
        using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), done))
        {
            await done.Task.ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends it: what waits is told unsent, what is under way unknown.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        lock (gate)
        {
            ended = true;
        }

        Schedule();
        await endedDone.Task.ConfigureAwait(false);
        await timer.DisposeAsync().ConfigureAwait(false);
    }

    private void Schedule()
    {
        lock (gate)
        {
            if (scheduled)
            {
                return;
            }

            scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>On its way: what was decided at departure, told when it is due.</summary>
    private struct Flight
    {
        public long Due;
        public Outcome Outcome;
    }

    /// <summary>A receipt, or an echo, that comes again.</summary>
    private struct Repeat
    {
        public long Due;
        public ulong Key;
        public LoopbackEcho? Echo;
    }
}
