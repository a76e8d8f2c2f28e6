using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Recipients;

/// <summary>
/// A seeded life of one shard whose tenant has a recipient's limit: accepts, outcomes of all kinds, cancels, providers that go down, commits refused or lost, crashes and hand-overs
/// at any step, rows dropped, a wall clock set back, the limit changed. Everything handed over is seen at once, with what the journal knew of it then.
/// </summary>
internal sealed class RecipientRun : IDisposable
{
    private const int Shard = 5;
    private const int ColdFrom = 1_000;
    private readonly Random random;
    private readonly bool exclusive;
    private readonly MemoryStore store = new();
    private readonly SteppedTime time = new();
    private readonly List<(EngineHarness Harness, long Until)> frozen = [];
    private readonly Dictionary<ScriptedProvider, int> looked = [];
    private readonly List<Posted> posted = [];
    private readonly double[] appetite = new double[3];
    private readonly ContactId[] contacts = [.. Enumerable.Range(0, 3).Select(static c => EngineHarness.Contact(c, Shard))];
    private readonly List<EngineHarness> made = [];
    private EngineHarness h;
    private RecipientLimit limit;
    private int cold = ColdFrom;
    private int generation;

    public RecipientRun(int seed)
    {
        random = new Random(seed);
        exclusive = random.Next(3) != 0;
        limit = new RecipientLimit(random.Next(1, 5), random.Next(2, 15));
        Limits.Add((0, 0, limit));
        for (int i = 0; i < appetite.Length; i++)
        {
            appetite[i] = (0.3 + (random.NextDouble() * 1.5)) * limit.Count / limit.WindowSeconds / 40;
        }

        h = Begin();
    }

    /// <summary>What was handed to a provider for the contacts under test, in order.</summary>
    public List<SeenDeparture> Departures { get; } = [];

    /// <summary>The limits, each with the commit and the timestamp after which it held.</summary>
    public List<(long AfterCommit, long From, RecipientLimit Limit)> Limits { get; } = [];

    public int Crashes { get; private set; }

    public int LeavingAtCrash { get; private set; }

    public long Second => time.TimestampFrequency;

    public MemoryStore Store => store;

    public void Live(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Act();
            time.Advance(random.Next(1, 50));
            for (int micro = random.Next(1, 5); micro > 0; micro--)
            {
                Micro(random.Next(4));
            }

            Keep();
        }
    }

    /// <summary>No more faults: everything ends.</summary>
    public void Settle()
    {
        Provider.GoUp();
        Provider.Policy = ScriptedPolicy.Smooth with { Receipts = false };
        for (int i = 0; i < 600 && store.Snapshot().Any(static m => m.Status < MessageStatus.Sent); i++)
        {
            for (int micro = 0; micro < 20; micro++)
            {
                time.Advance(50);
                Micro(3);
                Keep();
            }
        }
    }

    public void Dispose()
    {
        foreach (EngineHarness one in made)
        {
            one.Dispose();
        }
    }

    private ScriptedProvider Provider => h.Providers.Made[^1];

    private EngineHarness Begin()
    {
        generation++;
        var begun = new EngineHarness(
            random.Next(), new EngineOptions { ContactRowsMax = 16, RecordRingBytes = 262_144 }, exclusive, store, time,
            p =>
            {
                p.Retry = new RetryRule(4, 500, 2_000);
                p.Policy = new ScriptedPolicy { WriteDelayMs = 180, OutcomeDelayMs = 700, Throttled = 0.03, Failed = 0.1, Refused = 0.05, Unknown = 0.1, Receipts = false };
            });
        made.Add(begun);
        Configure(begun);
        begun.Own(Shard);
        return begun;
    }

    private void Configure(EngineHarness to) =>
        to.Configure([EngineHarness.TenantWith(new TenantLimits { PerRecipient = limit })], [EngineHarness.Account(generation, "p")]); // carriers' ids are a provider's own

    private void Act()
    {
        for (int contact = 0; contact < appetite.Length; contact++)
        {
            if (random.NextDouble() < appetite[contact])
            {
                Post(contact, random.Next(8) == 0 ? random.Next(2, 20) : 80_000, random.Next(5) == 0 ? (byte)random.Next(2, 5) : (byte)1);
            }
        }

        switch (random.Next(400))
        {
            case < 20:
                for (int i = 0; i < 20; i++)
                {
                    Post(cold++, 80_000, 1); // pushes rows out that nobody waits for
                }

                break;
            case < 24 when posted.Count > 0 && posted[random.Next(posted.Count)] is { Outcome: AcceptOutcome.Accepted } one:
                h.Cancel(one.Id);
                break;
            case < 26:
                Provider.GoDown();
                break;
            case < 34:
                Provider.GoUp();
                break;
            case 34:
                h.Journal.NextOutcome(PartOutcome.Refused);
                break;
            case 35:
                h.Journal.NextOutcome(PartOutcome.Unknown, stored: random.Next(2) == 0);
                break;
            case 36:
                TakeOver();
                break;
            case 37:
                _ = h.Engine.DisownAsync(Shard).AsTask();
                break;
            case 38:
                time.Shift -= TimeSpan.FromMilliseconds(random.Next(2_000));
                break;
            case 39 when frozen.Count == 0 && random.Next(2) == 0:
                Change();
                break;
            default:
                break;
        }
    }

    private void Post(int contact, int validitySeconds, byte segments)
    {
        Posted one = h.Queue(contact, Shard, h.Engine.Configuration.FindTenant(1), validitySeconds: validitySeconds, segments: segments);
        if (contact < ColdFrom)
        {
            posted.Add(one);
        }
    }

    // A process dies, or (where others may write) freezes and goes on for a while beside the next owner.
    private void TakeOver()
    {
        Crashes++;
        LeavingAtCrash += store.Snapshot().Count(m => m.Status < MessageStatus.Sent && store.LeavingOf(m.Accepted.Id).IsOpen);
        if (exclusive)
        {
            h.Journal.Crash();
        }
        else
        {
            frozen.Add((h, time.GetTimestamp() + (3 * Second)));
        }

        h = Begin();
    }

    // All that holds a place under the old limit has its leaving kept, so that its commit tells it from the others.
    private void Change()
    {
        for (int i = 0; i < 100; i++)
        {
            Micro(3);
        }

        limit = new RecipientLimit(random.Next(1, 5), random.Next(2, 15));
        Limits.Add((store.Commits, time.GetTimestamp(), limit));
        Configure(h);
    }

    private void Micro(int kind)
    {
        foreach ((EngineHarness old, long until) in frozen.ToArray())
        {
            if (time.GetTimestamp() > until)
            {
                frozen.Remove((old, until));
            }
            else
            {
                Move(old, kind);
            }
        }

        Move(h, kind);
    }

    private void Move(EngineHarness one, int kind)
    {
        one.Run();
        if (kind > 0)
        {
            foreach (ScriptedProvider provider in one.Providers.Made)
            {
                provider.Step();
            }

            one.Run();
        }

        Look(one);
        if (kind > 1)
        {
            one.Journal.Step();
        }
    }

    private void Look(EngineHarness one)
    {
        foreach (ScriptedProvider provider in one.Providers.Made)
        {
            IReadOnlyList<ScriptedDeparture> handed = provider.Departures;
            for (int i = looked.GetValueOrDefault(provider); i < handed.Count; i++)
            {
                (ContactId contact, long commit, bool isOpen, bool hasPart) = store.LeavingOf(handed[i].Id);
                int number = Array.IndexOf(contacts, contact);
                if (number >= 0 && !hasPart)
                {
                    Departures.Add(new SeenDeparture(handed[i], number, commit, isOpen));
                }
            }

            looked[provider] = handed.Count;
        }
    }

    // Somebody owns the shard, and where leases count they are renewed.
    private void Keep()
    {
        if (!h.Engine.Owns(Shard) || h.Lost.Count > 0)
        {
            h.Lost.Clear();
            h.Own(Shard);
        }

        foreach (ShardState state in h.Engine.States())
        {
            h.Engine.Renewed(state.Shard, state.Epoch, time.GetTimestamp());
        }
    }
}
