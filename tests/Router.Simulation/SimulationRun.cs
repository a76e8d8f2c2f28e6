using Router.Engine;
using Router.Engine.Providers;
using Router.Simulation.Model;
using Router.Testing;

namespace Router.Simulation;

/// <summary>
/// One seeded run on one thread under fake time: one to five silos over one store, and at each step the seed decides what happens next. Then the faults stop, time runs on, and all that was promised is
/// looked at. Partials: <c>Acts</c> what can happen, <c>World</c> silos come and go, <c>Plans</c> what is configured, <c>Requests</c> what is asked, <c>Departures</c> what must hold as a message leaves, <c>Promises</c> at the end.
/// </summary>
internal sealed partial class SimulationRun : IDisposable
{
    public const int MessagesMin = 1_000;

    /// <summary>Receipts without a message that are held at most where the bound is reached.</summary>
    public const int UnmatchedFew = 15;
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
            AwaitedReceiptsMax = 20 + Random.Next(200), UnmatchedReceiptsMax = Chance(0.2) ? 5 + Random.Next(UnmatchedFew - 4) : 300 + Random.Next(300), SettleUnkeptMax = 1 + Random.Next(8), ReleaseBatchMax = 1 + Random.Next(8),
            PartsWaitSeconds = 1 + Random.Next(20), PartsMax = 2 + Random.Next(10),
        };
        Shards = Chance(0.5) ? [5, 40] : [5, 17, 40];
        ShardsOfKeys = [.. Shards, .. Chance(0.3) ? [60] : Array.Empty<int>()];
        Faults = Faults.Draw(Random);
        people = Chance(0.3) ? 1 + Random.Next(3) : 4 + Random.Next(Addresses.PeopleMax - 4);
        Disk = new SimulatedDisk(this);
        Limits = new LimitChecks(this);
        Ledger = new Ledger(this);
        Verdicts = new Verdicts(this);
        Carriers = new Carriers(this);
        Phones = new Phones(this);
        Network = new Network(this);
        Duplicates = new Duplicates(Options.SettleUnkeptMax, SimulatedProvider.WindowMax);
        Plan = DrawPlan();
        latestShift = Time.Shift;
        Streams = Chance(0.4) ? new Kafka.Streams(this) : null;
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

    public Verdicts Verdicts { get; }

    public Carriers Carriers { get; }

    public Phones Phones { get; }

    /// <summary>Kafka; null: this run has none.</summary>
    public Kafka.Streams? Streams { get; }

    public DepartureOrder Order { get; } = new();

    public Duplicates Duplicates { get; }

    /// <summary>Messages posted so far.</summary>
    public int PostedCount => posts.Count;

    public bool ClockWasSet => clockSetAt > 0;

    /// <summary>What the clock that was ahead most would show now.</summary>
    public long LatestNowMs => Time.NowMs + (long)(latestShift - Time.Shift).TotalMilliseconds;

    /// <summary>The end of all trouble began at this time.</summary>
    public long SettledFromMs { get; private set; }

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
            silo.Streams?.Dispose();
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
        if (Steps % 64 == 0)
        {
            LookAtWaiting();
        }
    }

    /// <summary>A line of the trace; put together by the caller only if there is one.</summary>
    public void Say(string line) => Trace!($"{Steps,6} {Time.GetUtcNow():HH:mm:ss.fff}     {line}");
}
