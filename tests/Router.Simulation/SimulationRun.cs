using Router.Engine;
using Router.Engine.Providers;
using Router.Simulation.Model;
using Router.Testing;

namespace Router.Simulation;

/// <summary>
/// One seeded run on one thread under fake time: one to five silos over one store, and at each step the seed decides what happens next. Then the faults stop, time runs on, and all that was promised is
/// looked at. Partials: <c>World</c> silos come and go, <c>Plans</c> what is configured, <c>Requests</c> what is asked, <c>Departures</c> what must hold as a message leaves, <c>Promises</c> at the end.
/// </summary>
internal sealed partial class SimulationRun : IDisposable
{
    public const int MessagesMin = 1_000;
    private const int StepsMax = 60_000;
    private const int NobodysMax = 20;
    private readonly List<(int Weight, string Name, Func<bool> Act)> acts = [];
    private readonly int weights;
    private readonly int stepsCut;
    private readonly int people;
    private long clockSetAt = long.MinValue / 2;
    private TimeSpan latestShift;
    private int illAccount;
    private int nobodys;
    private long settledFromMs;
    private bool settling;

    /// <param name="seed">Decides everything.</param>
    /// <param name="coverage">Counts what happens.</param>
    /// <param name="stepsCut">Steps after which the faults stop; else when all messages are posted.</param>
    public SimulationRun(int seed, Coverage coverage, int stepsCut = StepsMax)
    {
        Coverage = coverage;
        this.stepsCut = stepsCut;
        Random = new Random(seed);
        SiloCount = Chance(0.5) ? 1 : 2 + Random.Next(4);
        Exclusive = SiloCount == 1 && Chance(0.8);
        Options = new EngineOptions
        {
            AcceptQueueMax = 16 + Random.Next(64), AcceptBatchMax = 1 + Random.Next(30), EntryBatchMax = 1 + Random.Next(30), RecordRingBytes = 1_024 << Random.Next(5), ContactRowsMax = 4 + Random.Next(30),
            AwaitedReceiptsMax = 20 + Random.Next(200), UnmatchedReceiptsMax = 300 + Random.Next(300), SettleUnkeptMax = 1 + Random.Next(8), ReleaseBatchMax = 1 + Random.Next(8),
            PartsWaitSeconds = 1 + Random.Next(20), PartsMax = 2 + Random.Next(10),
        };
        Shards = Chance(0.5) ? [5, 40] : [5, 17, 40];
        ShardsOfKeys = [.. Shards, .. Chance(0.3) ? [60] : Array.Empty<int>()];
        Faults = Faults.Draw(Random);
        people = Chance(0.3) ? 1 + Random.Next(3) : 4 + Random.Next(Addresses.PeopleMax - 4);
        Disk = new SimulatedDisk(this);
        Limits = new LimitChecks(this);
        Ledger = new Ledger(this);
        Carriers = new Carriers(this);
        Phones = new Phones(this);
        Network = new Network(this);
        Duplicates = new Duplicates(Options.SettleUnkeptMax, SimulatedProvider.WindowMax);
        Plan = DrawPlan();
        latestShift = Time.Shift;
        readers = [.. Plan.Tenants.Select(t => new EventReaders(this, t.Number))];
        silos = new SimulatedSilo[SiloCount];
        for (int i = 0; i < SiloCount; i++)
        {
            silos[i] = new SimulatedSilo(this, i);
            silos[i].Apply(Plan);
        }

        Coverage.Count(SiloCount switch { 1 => "run: one silo", 2 => "run: two silos", 3 => "run: three silos", 4 => "run: four silos", _ => "run: five silos" });
        AddActs();
        weights = acts.Sum(static a => a.Weight);
    }

    /// <summary>Shards in play.</summary>
    public int[] Shards { get; }

    /// <summary>Shards that keys of receipts fall into; one that nobody owns may be among them.</summary>
    public int[] ShardsOfKeys { get; }

    public Random Random { get; }

    public Coverage Coverage { get; }

    public int SiloCount { get; }

    public bool Exclusive { get; }

    public SimulatedTime Time { get; } = new();

    public EngineOptions Options { get; }

    public PlainSealer Sealer { get; } = new();

    public MemoryStore Store { get; } = new();

    public CollectingLogs Logs { get; } = new();

    public Faults Faults { get; }

    public SimulatedDisk Disk { get; }

    public Network Network { get; }

    public LimitChecks Limits { get; }

    public Ledger Ledger { get; }

    public Carriers Carriers { get; }

    public Phones Phones { get; }

    public DepartureOrder Order { get; } = new();

    public Duplicates Duplicates { get; }

    /// <summary>Messages posted so far.</summary>
    public int PostedCount => posts.Count;

    public bool ClockWasSet => clockSetAt > 0;

    /// <summary>Steps made so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Told of each step, when somebody wants the trace.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>Nothing goes wrong any more once this is false.</summary>
    public bool HasFaults => !settling;

    public bool Chance(double chance) => chance > 0 && Random.NextDouble() < chance;

    public void Run()
    {
        for (; Steps < stepsCut && (posts.Count < MessagesMin || Steps % 64 != 0); Steps++)
        {
            Step();
        }

        Settle();
        PostInTurn();
    }

    public void Dispose()
    {
        foreach (SimulatedSilo silo in silos)
        {
            silo.Engine.Meter.Dispose();
        }

        Logs.Dispose();
    }

    /// <summary>How a departure that is written will end.</summary>
    public OutcomeKind DrawOutcome(int account)
    {
        double draw = settling ? 0 : Random.NextDouble();
        return draw > 0.02 && account == illAccount && !settling ? Chance(0.8) ? OutcomeKind.Failed : OutcomeKind.Unknown
            : draw < 0.65 ? OutcomeKind.Sent
            : draw < 0.72 ? OutcomeKind.Throttled
            : draw < 0.81 ? OutcomeKind.Failed
            : draw < 0.86 ? OutcomeKind.Refused
            : OutcomeKind.Unknown;
    }

    private void Step()
    {
        int draw = Random.Next(weights);
        foreach ((int weight, string name, Func<bool> act) in acts)
        {
            if ((draw -= weight) < 0)
            {
                bool did = act();
                if (did && Trace is { } trace)
                {
                    trace($"{Steps,6} {Time.GetUtcNow():HH:mm:ss.fff} {name}");
                }

                break;
            }
        }

        LookAtAnswers();
    }

    // What is done often moves things on; what is done seldom is left out in some runs, so that each run is another kind of trouble.
    private void AddActs()
    {
        Often(70, "a worker runs", () => Running()?.Workers.RunOne() ?? false);
        Often(20, "a transaction is written", () => Running()?.Journal.WriteSome() ?? false);
        Often(20, "a transaction is synced", () => Running()?.Journal.SyncSome() ?? false);
        Often(24, "a fate is told", () => Running()?.Journal.TellSome() ?? false);
        Often(12, "a read is answered", () => Running()?.Journal.AnswerSome() ?? false);
        Often(Chance(0.3) ? 6 : 40, "a provider goes on", StepProvider); // slow ones answer long after a release has ended
        Often(22, "a receipt is told", () => Running() is { } silo && Carriers.TellSome(silo));
        Often(8, "a writing is told", () => Running() is { } silo && Phones.TellSome(silo));
        Seldom(18, "an end user writes", Write);
        Often(8, "time passes", PassTime);
        Often(9, "messages are posted", Accept);
        Often(12, "an owner starts", () => Running()?.OwnSome() ?? false);
        Often(12, "shards without an owner are taken", TakeWhatNobodyHas);
        Often(SiloCount > 1 ? 20 : 0, "calls go on", StepCalls);
        Often(4, "a renewal is answered", () => Running()?.TellRenewal() ?? false);
        Often(4, "leases are renewed", Renew);
        Often(4, "a silo hears of the plan", TellPlan);
        Often(2, "a silo wakes", WakeSome);
        Often(2, "room is made on the disk", MakeRoom);
        Often(4, "events are read", () => readers[Random.Next(readers.Count)].Read());
        Often(8, "a webhook goes on", () => readers[Random.Next(readers.Count)].Deliver());
        Seldom(1, "a webhook's silo dies", CrashReader);
        Often(Plan.Tenants.Any(static t => t.Quiet is not null) ? 8 : 2, "flags are set", SetFlags);
        Seldom(18, "flags are set", SetFlags);
        Seldom(30, "a message is cancelled", Cancel);
        Seldom(12, "a conversation changes", Talk);
        Seldom(6, "a look at a message", Peek);
        Seldom(2, "what waits is purged", AskPurge);
        Seldom(1, "a receipt for nobody", OweNobodys);
        Seldom(1, "a shard moves", () => Running() is { } silo && Take(silo));
        Seldom(1, "a shard is given up", Disown);
        Seldom(1, "a silo dies", Restart);
        Seldom(1, "a silo freezes", Freeze);
        Seldom(1, "the power of the store goes", CutPower);
        Seldom(1, "the disk is full", FillDisk);
        Seldom(2, "the plan changes", ChangePlan);
        Seldom(1, "a carrier falls ill", FallIll);
        Often(1, "a carrier is well again", BeWell);
        Seldom(2, "a link drops, or is back", TurnProvider);
        if (Plan.Tenants.All(static t => t.PerRecipient is null) || Chance(0.3))
        {
            Seldom(1, "the clock jumps", SetClock);
        }
    }

    private void Often(int weight, string name, Func<bool> act)
    {
        if (weight > 0)
        {
            acts.Add((weight * 10, name, act)); // trouble comes once in hundreds of steps: between troubles work gets done
        }
    }

    private void Seldom(int weight, string name, Func<bool> act)
    {
        if (Chance(0.7))
        {
            acts.Add((weight * (1 + Random.Next(3)), name, act));
        }
    }

    private bool PassTime()
    {
        Time.Advance(1 + Random.Next(Chance(0.1) ? 1_500 : 60));
        return true;
    }

    private bool SetClock()
    {
        Limits.WallClockWasSet();
        clockSetAt = Time.GetTimestamp();
        TimeSpan jump = TimeSpan.FromSeconds(Random.Next(-600, 600));
        Coverage.Count(jump < TimeSpan.Zero ? "fault: the wall clock jumped back" : "fault: the wall clock jumped ahead");
        Time.Shift += jump;
        latestShift = Time.Shift > latestShift ? Time.Shift : latestShift;
        return true;
    }

    /// <summary>A line of the trace; put together by the caller only if there is one.</summary>
    public void Say(string line) => Trace!($"{Steps,6} {Time.GetUtcNow():HH:mm:ss.fff}     {line}");

    private bool OweNobodys()
    {
        if (++nobodys > NobodysMax)
        {
            return false; // what finds no message is kept up to a bound
        }

        Carriers.OweNobodys();
        return true;
    }

    private bool FallIll()
    {
        illAccount = 1 + Random.Next(Plan.Accounts.Count);
        return true;
    }

    private bool BeWell()
    {
        bool was = illAccount > 0 && Chance(0.3);
        illAccount = was ? 0 : illAccount;
        return was;
    }

    private bool CrashReader()
    {
        readers[Random.Next(readers.Count)].Crash();
        return true;
    }

    private bool StepCalls()
    {
        bool any = false;
        for (int i = 1 + Random.Next(6); i > 0; i--)
        {
            any |= Network.Step();
        }

        return any;
    }

    private bool StepProvider()
    {
        bool any = false;
        if (Running() is { } silo)
        {
            for (int i = 1 + Random.Next(4); i > 0 && silo.Providers.Made.Count > 0; i--)
            {
                any |= silo.Providers.Made[Random.Next(silo.Providers.Made.Count)].Step();
            }

            LookAtBreakers(silo);
        }

        return any;
    }
}
