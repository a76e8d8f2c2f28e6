using System.Globalization;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Chaos;

/// <summary>
/// One seeded run on one thread under fake time: one or two silos over one store, and at each step the seed decides what happens next. Then the faults stop, time runs on, and all that was
/// promised is looked at. Partials: <c>Fallbacks</c>, <c>World</c> silos and configuration come and go, <c>Requests</c> what is asked, <c>Promises</c> what must hold.
/// </summary>
internal sealed partial class ChaosRun : IDisposable
{
    private const int Steps = 1_200;
    private const int SettleMs = 240_000;
    private readonly List<(int Weight, Func<bool> Act)> acts = [];
    private readonly int weights;
    private readonly bool withFallbacks;
    private readonly QuietHours? quietHours;
    private readonly int contacts;
    private long clockSetAt = long.MinValue / 2;
    private TimeSpan latestShift;

    public ChaosRun(int seed)
    {
        Random = new Random(seed);
        Exclusive = Random.Next(2) == 0;
        Options = new EngineOptions
        {
            AcceptQueueMax = 64, AcceptBatchMax = 1 + Random.Next(6), EntryBatchMax = 1 + Random.Next(8), RecordRingBytes = 1_024, ContactRowsMax = 4,
            AwaitedReceiptsMax = 20, UnmatchedReceiptsMax = 64, SettleUnkeptMax = 1 + Random.Next(8), ReleaseBatchMax = 1 + Random.Next(4),
            PartsWaitSeconds = 1 + Random.Next(20), PartsMax = 2 + Random.Next(10),
        };
        ShardsOfKeys = [.. Shards, .. Chance(0.3) ? [60] : Array.Empty<int>()];
        Faults = Faults.Draw(Random);
        Limits = new ChaosLimits(Random);
        quietHours = Chance(0.4) ? DrawQuietHours() : null;
        latestShift = Time.Shift;
        withFallbacks = Chance(0.5);
        contacts = 1 + Random.Next(quietHours is null ? 6 : 2); // then there is consent early
        Ledger = new ChaosLedger(Limits, Sealer);
        Carriers = new ChaosCarriers(this);
        Phones = new ChaosPhones(this);
        silos = [new ChaosSilo(this, 0), .. Exclusive ? Array.Empty<ChaosSilo>() : [new ChaosSilo(this, 1)]];
        Configure();
        AddActs();
        weights = acts.Sum(static a => a.Weight);
    }

    /// <summary>Shards in play.</summary>
    public static int[] Shards { get; } = [5, 40];

    /// <summary>Shards that keys of receipts fall into; one that nobody owns may be among them.</summary>
    public int[] ShardsOfKeys { get; }

    public Random Random { get; }

    public bool Exclusive { get; }

    public SteppedTime Time { get; } = new();

    public EngineOptions Options { get; }

    public PlainSealer Sealer { get; } = new();

    public MemoryStore Store { get; } = new();

    public CollectingLogs Logs { get; } = new();

    public Faults Faults { get; }

    public ChaosLimits Limits { get; }

    public ChaosLedger Ledger { get; }

    public ChaosCarriers Carriers { get; }

    public ChaosPhones Phones { get; }

    public bool Chance(double chance) => Random.NextDouble() < chance;

    public void Run()
    {
        for (int step = 0; step < Steps; step++)
        {
            int draw = Random.Next(weights);
            foreach ((int weight, Func<bool> act) in acts)
            {
                if ((draw -= weight) < 0)
                {
                    act();
                    break;
                }
            }

            LookAtAnswers();
        }

        Settle();
    }

    public void Dispose() => Logs.Dispose();

    // What is done often moves things on; what is done seldom is left out in some runs, so that each run is another kind of trouble.
    private void AddActs()
    {
        Often(60, () => Alive().Workers.RunOne());
        Often(14, () => Alive().Journal.WriteSome());
        Often(14, () => Alive().Journal.TellSome());
        Often(10, () => Alive().Journal.AnswerSome());
        Often(Chance(0.3) ? 4 : 24, () => StepProvider()); // slow ones answer long after a release has ended
        Often(18, () => Carriers.TellSome(Alive()));
        Often(10, () => Phones.TellSome(Alive()));
        Seldom(4, () => Phones.Write(Shards[Random.Next(Shards.Length)], Random.Next(contacts)));
        Often(10, PassTime);
        Often(12, Accept);
        Often(5, () => Alive().OwnSome());
        Often(4, TakeWhatNobodyHas);
        Often(5, TellForwarded);
        Often(withFallbacks ? 5 : 0, TellFallback);
        Often(4, () => Alive().TellRenewal());
        Often(4, Renew);
        if (quietHours is not null)
        {
            Often(8, SetFlags);
        }

        Seldom(3, SetFlags);
        Seldom(5, Cancel);
        Seldom(3, Talk);
        Seldom(3, Hear);
        Seldom(1, Peek);
        Seldom(1, OweNobodys);
        Seldom(2, () => Take(Alive()));
        Seldom(1, Disown);
        Seldom(1, Restart);
        Seldom(2, Reconfigure);
        Seldom(2, TurnProvider);
        if (Limits.PerRecipient is null || Chance(0.3))
        {
            Seldom(1, SetClock);
        }
    }

    private void Often(int weight, Func<bool> act) => acts.Add((weight, act));

    private void Seldom(int weight, Func<bool> act)
    {
        if (Chance(0.75))
        {
            acts.Add((weight * (1 + Random.Next(3)), act));
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
        Time.Shift += TimeSpan.FromSeconds(Random.Next(-600, 600));
        latestShift = Time.Shift > latestShift ? Time.Shift : latestShift;
        return true;
    }

    // A minute or two; the clock stands a little before they begin, or shortly before they end.
    private QuietHours DrawQuietHours()
    {
        int minutes = 1 + Random.Next(2);
        Time.Shift = TimeSpan.FromMilliseconds((Chance(0.7) ? 60_000 : 60_000 + (minutes * 60_000)) - Random.Next(5_000));
        return new QuietHours("12:01", string.Create(CultureInfo.InvariantCulture, $"12:0{1 + minutes}"));
    }

    private bool OweNobodys()
    {
        Carriers.OweNobodys();
        return true;
    }

    private bool StepProvider()
    {
        ChaosProvider[] busy = [.. Alive().Providers.Made.Where(static p => !p.IsIdle)];
        return busy.Length > 0 && busy[Random.Next(busy.Length)].Step();
    }

    /// <summary>How a departure that is written will end.</summary>
    public OutcomeKind DrawOutcome()
    {
        double draw = settling ? 0 : Random.NextDouble();
        return draw < 0.65 ? OutcomeKind.Sent
            : draw < 0.72 ? OutcomeKind.Throttled
            : draw < 0.81 ? OutcomeKind.Failed
            : draw < 0.86 ? OutcomeKind.Refused
            : OutcomeKind.Unknown;
    }
}
