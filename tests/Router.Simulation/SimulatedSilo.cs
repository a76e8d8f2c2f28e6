using Router.Core.Messages;
using Router.Engine;
using Router.Engine.Conversations;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>One process: an engine, its way to the store, its providers. It can freeze; it can die, and then nothing of it acts any more.</summary>
internal sealed class SimulatedSilo : IReceiptsElsewhere, IFallbacksElsewhere, IInboundElsewhere, IConversationListener
{
    private readonly SimulationRun run;
    private readonly SiloTime time;
    private readonly Queue<TakenShard> taken = new();
    private readonly Dictionary<int, long> spent = [];
    private readonly Dictionary<int, int> windows = [];
    private readonly Dictionary<int, int> takenUp = [];
    private readonly Queue<(ShardState[] States, bool[] Holds, long AskedAt)> renewals = new();

    public SimulatedSilo(SimulationRun run, int number)
    {
        this.run = run;
        Number = number;
        time = new SiloTime(run.Time);
        Workers = new SimulatedScheduler(run.Random);
        Journal = new SimulatedJournal(run);
        Providers = new SimulatedProviderFactory(run, this);
        Engine = new SiloEngine(Journal, run.Sealer, run.Streams?.Hash ?? (Router.Engine.Sealing.IKeyedHash)Addresses.Hash, [Providers], time, run.Options, run.Logs, run.Random.Next(), Workers)
        {
            Elsewhere = this, FallbacksElsewhere = this, InboundElsewhere = this, ConversationListener = this,
        };
        Engine.Start();
        Streams = run.Streams is { } streams ? new Kafka.SiloStreams(streams, this, time) : null;
        foreach (int tenant in run.Plan is { } plan ? plan.Tenants.Select(static t => t.Number) : [])
        {
            spent[tenant] = run.Ledger.SpentOf(tenant);
        }
    }

    public int Number { get; }

    public SimulatedScheduler Workers { get; }

    public SimulatedJournal Journal { get; }

    public SimulatedProviderFactory Providers { get; }

    public SiloEngine Engine { get; }

    /// <summary>Its part of Kafka; null: the run has none.</summary>
    public Kafka.SiloStreams? Streams { get; }

    public bool IsAlive { get; private set; } = true;

    public bool IsFrozen => FrozenAt is not null;

    public long? FrozenAt { get; private set; }

    /// <summary>Receipts without a message that it took up with shards.</summary>
    public int UnmatchedTaken { get; private set; }

    /// <summary>What it was told last.</summary>
    public Plan? Plan { get; private set; }

    public long SpentOf(int tenant) => spent.GetValueOrDefault(tenant);

    /// <summary>A charge of a shard of its own was kept; returns all that was spent of the tenant as far as it can know.</summary>
    public long Spend(int tenant, long price) => spent[tenant] = spent.GetValueOrDefault(tenant) + price;

    /// <summary>The largest window that it ever knew of an account.</summary>
    public int WindowOf(int account) => windows.GetValueOrDefault(account);

    /// <summary>How many of a tenant's messages were waiting in shards as it took them.</summary>
    public int TakenUpOf(int tenant) => takenUp.GetValueOrDefault(tenant);

    /// <summary>Shards taken whose owners are not started yet.</summary>
    public bool IsTaking(int shard) => taken.Any(t => t.Shard == shard);

    public ValueTask<bool> HearAsync(int tenant, ConversationId conversation, ulong head) => new(!run.HasFaults || run.Chance(0.6));

    /// <summary>Hears of a plan.</summary>
    public void Apply(Plan plan)
    {
        if (Plan is null || Plan.Version < plan.Version)
        {
            foreach (AccountPlan account in Plan is { } before ? plan.Accounts.Where(a => !a.IsEnabled && before.Account(a.Number).IsEnabled) : [])
            {
                run.Order.Trial(Number, account.Number, run.Time.GetTimestamp()); // what it was to be handed comes back
            }

            foreach (AccountPlan account in plan.Accounts)
            {
                windows[account.Number] = Math.Max(WindowOf(account.Number), Math.Min(SimulatedProvider.WindowMax, account.InFlight));
            }

            Plan = plan;
            run.Limits.Applied(Number, plan);
            Engine.Apply(run.ConfigurationOf(plan));
        }
    }

    public void Take(int shard)
    {
        foreach (TakenShard one in Journal.TakeAsync([shard], CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            run.Ledger.Taken(shard, one.Epoch, this);
            foreach (TenantPlan tenant in run.Plan.Tenants)
            {
                takenUp[tenant.Number] = TakenUpOf(tenant.Number) + run.Ledger.UnfinishedOf(tenant.Number, shard);
            }

            UnmatchedTaken += one.Unmatched.Count;
            run.Carriers.TakenUp(one.Unmatched);
            taken.Enqueue(one);
        }
    }

    /// <summary>Starts the owner of the shard taken first; false: none was.</summary>
    public bool OwnSome()
    {
        if (!taken.TryDequeue(out TakenShard? one))
        {
            return false;
        }

        Engine.Own(one);
        return true;
    }

    public void Renew()
    {
        ShardState[] states = [.. Engine.States()];
        renewals.Enqueue((
            states, Journal.RenewAsync([.. states.Select(static s => new ShardEpoch(s.Shard, s.Epoch))], CancellationToken.None).AsTask().GetAwaiter().GetResult(),
            run.Time.GetTimestamp()));
    }

    /// <summary>The answer to a renewal arrives; one that says the shard is another's ends its owner.</summary>
    public bool TellRenewal()
    {
        if (!renewals.TryDequeue(out (ShardState[] States, bool[] Holds, long AskedAt) renewal))
        {
            return false;
        }

        for (int i = 0; i < renewal.States.Length; i++)
        {
            ShardState state = renewal.States[i];
            if (renewal.Holds[i])
            {
                Engine.Renewed(state.Shard, state.Epoch, renewal.AskedAt);
            }
            else if (Engine.StateOf(state.Shard)?.Epoch == state.Epoch)
            {
                _ = Engine.DisownAsync(state.Shard).AsTask();
            }
        }

        return true;
    }

    /// <summary>Stops as a process under SIGSTOP: the world goes on.</summary>
    public void Freeze()
    {
        FrozenAt = run.Time.GetTimestamp();
        time.Freeze();
    }

    public void Wake()
    {
        FrozenAt = null;
        time.Wake();
    }

    public void Die()
    {
        run.Duplicates.Died(Engine.States().Select(static s => (s.Shard, s.Epoch)).Where(s => run.Store.EpochOf(s.Shard) == s.Epoch).ToArray(), WindowOf);
        IsAlive = false;
        FrozenAt = null;
        time.Die();
        Workers.Stop();
        Journal.Die();
        Streams?.Die();
        Engine.Meter.Dispose(); // meters are known to the whole program, and with each all that it measures
        run.Carriers.Died(this);
        run.Phones.Died(this);
        run.Network.Died(this);
    }

    bool IReceiptsElsewhere.TryForward(int shard, in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        Receipt sent = receipt;
        return TrySend(
            shard,
            (to, tell) => to.Engine.ReceiveForwarded(sent, static (told, _, kept) => ((Action<bool>)told!)(kept), tell, 0),
            kept => acknowledge(state, token, kept),
            "fault: a receipt by another silo");
    }

    bool IFallbacksElsewhere.TrySettle(int tenant, MessageId fallback, bool wakes, Action<bool> answer) => TrySend(
        fallback.Shard,
        (to, tell) =>
        {
            if (!to.Engine.Post(fallback.Shard, new UrgentCommand { Kind = CommandKind.Fallback, Target = new FallbackTask(tenant, fallback, wakes, tell) }))
            {
                tell(false);
            }
        },
        answer,
        "act: a fallback on another silo");

    bool IInboundElsewhere.TryForward(int shard, InboundTask task) => TrySend(
        shard,
        (to, tell) => to.Engine.ReceiveForwarded(new InboundTask(there => tell(there.Outcome != InboundOutcome.NotKept))
        {
            Origin = task.Origin, Contact = task.Contact, Text = task.Text, Segments = task.Segments, Part = task.Part, Key = task.Key, OnlyIfKnown = task.OnlyIfKnown, Metadata = task.Metadata, Forwarded = true,
        }),
        task.Answer,
        "act: an end user's message by another silo");

    ValueTask<bool> IInboundElsewhere.EndDeadLetterAsync(MessageId letter, Router.Core.Addresses.ContactId contact, uint sender) => new(false);

    private bool TrySend(int shard, Action<SimulatedSilo, Action<bool>> arrive, Action<bool> answer, string what)
    {
        if (run.OwnerOf(shard, but: this) is not { } to)
        {
            return false;
        }

        run.Coverage.Count(what);
        run.Network.Send(this, to, what, tell => arrive(to, tell), answer);
        return true;
    }
}
