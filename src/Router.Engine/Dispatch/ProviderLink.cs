using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Engine.Dispatch;

/// <summary>A provider as the dispatcher sees it: its window, what is in flight, whether it works, and its lanes by class.</summary>
internal sealed class ProviderLink
{
    // Where classes compete, the first one that has something gets fifteen of sixteen segments and those behind it share the sixteenth in turn: otp before transactional before service before marketing,
    // and none of them stands still (R3.2).
    private const int ShareTurn = 16;

    // A turn is at most a release; at a slow provider an eighth of its window or a sixteenth of a second, so that a small tenant waits for no large one's whole release.
    private const int QuantumMax = 64;

    // A release's worth of the sixteenth: what is beyond is forgiven, long messages' debts above all.
    private const int OwedMax = ShareTurn * QuantumMax;
    private readonly LaneClass[] classes = new LaneClass[LaneKey.Classes];
    private readonly int quantum;
    private long trialsUntil = long.MinValue;

    // What the classes behind the first have not had of their sixteenth; negative: what they had beyond it. It stands while a class is away, as one is whenever its shard answers or a limit lends it nothing:
    // at a limit that the first one uses up, they compete only at the moment in which a departure comes free.
    private int owed;
    private int sharedClass;
    private bool isShared;
    private bool isContended;

    // Asks under way by class: one whose lane is away while its shard answers competes still.
    private int[] asks = new int[LaneKey.Classes];
    private Counters counters = new();

    public ProviderLink(ProviderAccount account, IProvider provider, CircuitBreaker breaker, TimeProvider time)
    {
        Latency = new LatencySample(time);
        Account = account;
        Provider = provider;
        Breaker = breaker;
        quantum = Math.Clamp((account.Settings.Limits.PerSecond ?? int.MaxValue) / 16, 1, QuantumMax);
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = new LaneClass();
        }
    }

    /// <summary>The account.</summary>
    public ProviderAccount Account { get; }

    /// <summary>The provider.</summary>
    public IProvider Provider { get; }

    /// <summary>What it said of segments so far, over all links of the account.</summary>
    public OutcomeTotals Outcomes { get; private set; } = new();

    /// <summary>How long it takes to answer.</summary>
    public LatencySample Latency { get; private set; }

    /// <summary>Whether its outcomes say that it works. A changed account begins anew: it is tried at once.</summary>
    public CircuitBreaker Breaker { get; }

    /// <summary>At least one session is up. Read by any thread.</summary>
    public volatile bool Up;

    /// <summary>Takes nothing any more: it was removed, changed or disabled.</summary>
    public volatile bool Closed;

    /// <summary>Releases nothing new; what is in flight settles. Read by any thread.</summary>
    public volatile bool Draining;

    /// <summary>Takes what is routed to it: it is up, not draining, and its breaker is closed. Any thread.</summary>
    public bool IsHealthy => Up && !Closed && !Draining && Breaker.State == BreakerState.Closed;

    /// <summary>Releases of it may be asked for.</summary>
    public bool MayRelease => Up && !Closed && !Draining && Breaker.State != BreakerState.Open;

    /// <summary>Segments asked for or released and without an outcome.</summary>
    public int InFlight { get; set; }

    /// <summary>Lanes that have something or are asked; for display.</summary>
    public int Lanes { get; set; }

    /// <summary>Monotonic time until which it is not asked for more, after it was throttled; 0: none.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Present pause after being throttled, ms; doubles while it lasts.</summary>
    public int PauseMs { get; set; }

    /// <summary>Outcomes that are not kept yet. Any thread.</summary>
    public int Unkept => Volatile.Read(ref counters.Unkept);

    /// <summary>A release waits because too many outcomes are not kept yet.</summary>
    public volatile bool WaitsForKeeping;

    /// <summary>Adds to the outcomes that are not kept yet.</summary>
    public void AddUnkept(int count) => Interlocked.Add(ref counters.Unkept, count);

    /// <summary>While half-open: whether one more message may be routed to it as a trial. Any thread.</summary>
    public bool TryTakeTrial() => Up && !Closed && !Draining && Breaker.State == BreakerState.HalfOpen && Interlocked.Decrement(ref counters.TrialsLeft) >= 0;

    /// <summary>While half-open: lets so many messages be routed to it as trials as decide, and again each second, for some may end without an outcome.</summary>
    public void RenewTrials(long now, long second)
    {
        if (now >= trialsUntil)
        {
            trialsUntil = now + second;
            Volatile.Write(ref counters.TrialsLeft, CircuitBreaker.Trials);
        }
    }

    /// <summary>Takes over what the link before it has in flight and unkept; the counts are shared, for others still hold that link. Before it is published.</summary>
    public void Succeed(ProviderLink before)
    {
        InFlight = before.InFlight;
        Lanes = before.Lanes;
        asks = before.asks;
        PausedUntil = before.PausedUntil;
        PauseMs = before.PauseMs;
        Outcomes = before.Outcomes;
        Latency = before.Latency;
        counters = before.counters;
    }

    /// <summary>Segments in flight at most.</summary>
    public int Window
    {
        get
        {
            int window = Math.Min(Provider.Window, Account.Settings.Limits.InFlight ?? int.MaxValue);
            return Breaker.State == BreakerState.HalfOpen ? Math.Min(window, CircuitBreaker.Trials) : window;
        }
    }

    /// <summary>Segments that may be asked for now.</summary>
    public int Room(int unkeptMax)
    {
        int window = Window;
        // In flight and unkept together are what a crash may send twice: at most a window and unkeptMax (DESIGN §4.4).
        return Math.Min(window - InFlight, window + unkeptMax - InFlight - Unkept);
    }

    /// <summary>Queues a lane that is ready.</summary>
    public void Add(DispatchLane lane) => classes[lane.Key.Class].Add(lane);

    /// <summary>Puts back the lane taken last, which waits for room: while no more urgent class has something, the next one taken is it.</summary>
    public void PutBack(DispatchLane lane)
    {
        classes[lane.Key.Class].PutBack(lane);
        sharedClass = isShared ? lane.Key.Class - 1 : sharedClass;
    }

    /// <summary>Takes the lane whose turn it is, to be charged for; null: none is ready.</summary>
    /// <param name="share">Segments that it may take now.</param>
    public DispatchLane? Take(out int share)
    {
        share = 0;
        int first = NextReady(0);
        if (first == classes.Length)
        {
            return null;
        }

        isShared = false;
        isContended = NextReady(first + 1) < classes.Length;
        if (isContended && owed >= ShareTurn - 1)
        {
            isShared = true;
            sharedClass = NextReady(Math.Max(sharedClass, first) + 1);
            first = sharedClass = sharedClass < classes.Length ? sharedClass : NextReady(first + 1);
        }

        DispatchLane lane = classes[first].Take(Math.Clamp(Window / 8, 1, quantum), out share);
        share = isShared ? Math.Min(share, owed / (ShareTurn - 1)) : share; // more would be a debt, and the first class would have to wait behind it where a limit lends slowly
        return lane;
    }

    /// <summary>The lane taken last is asked for <paramref name="segments"/>.</summary>
    public TurnCharge Charge(DispatchLane lane, int segments)
    {
        int at = lane.Key.Class;
        int owedEach = !isContended && !asks.AsSpan(at + 1).ContainsAnyExcept(0) ? 0 : isShared ? -(ShareTurn - 1) : 1;
        Owe(owedEach * segments);
        asks[at]++;
        return new TurnCharge(classes[at].Charge(lane.Key.Tenant, segments), owedEach);
    }

    /// <summary>A shard answered for a lane: of what it was asked for, and <paramref name="charged"/>, so many segments were not used.</summary>
    public void Uncharge(DispatchLane lane, int segments, TurnCharge charged)
    {
        int at = lane.Key.Class;
        asks[at]--;
        Owe(-charged.Owed * segments);
        classes[at].Uncharge(lane.Key.Tenant, segments, charged.Each);
    }

    private void Owe(int segments) => owed = Math.Clamp(owed + segments, -OwedMax, OwedMax);

    private int NextReady(int from)
    {
        while (from < classes.Length && !classes[from].HasReady)
        {
            from++;
        }

        return from;
    }

    private sealed class Counters
    {
        public int Unkept;
        public int TrialsLeft;
    }
}
