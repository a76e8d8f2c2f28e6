using Router.Core.Messages;
using Router.Engine.Conversations;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Chaos;

/// <summary>One process: an engine, its way to the store, its providers. It can die; then nothing of it acts any more.</summary>
internal sealed class ChaosSilo : IReceiptsElsewhere, IFallbacksElsewhere, IConversationListener
{
    private readonly ChaosRun run;
    private readonly SiloTime time;
    private readonly Queue<TakenShard> taken = new();
    private readonly Queue<(ShardState[] States, bool[] Holds, long AskedAt)> renewals = new();

    public ChaosSilo(ChaosRun run, int number)
    {
        this.run = run;
        Number = number;
        time = new SiloTime(run.Time);
        Workers = new SteppedScheduler(run.Random.Next());
        Journal = new ChaosJournal(run.Sealer, run.Store, run.Exclusive, run.Random, run.Faults, run.Ledger);
        Providers = new ChaosProviderFactory(run, number);
        Engine = new SiloEngine(Journal, run.Sealer, new PlainKeyedHash(), [Providers], time, run.Options, run.Logs, run.Random.Next(), Workers)
        {
            Elsewhere = this, FallbacksElsewhere = this, ConversationListener = this,
        };
        Engine.Start();
    }

    public int Number { get; }

    public SteppedScheduler Workers { get; }

    public ChaosJournal Journal { get; }

    public ChaosProviderFactory Providers { get; }

    public SiloEngine Engine { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Shards taken whose owners are not started yet.</summary>
    public IEnumerable<int> Taking => taken.Select(static t => t.Shard);

    public ValueTask<bool> HearAsync(int tenant, ConversationId conversation, ulong head) => new(run.DrawHeard());

    public void Take(int shard)
    {
        foreach (TakenShard one in Journal.TakeAsync([shard], CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
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

    public void Die()
    {
        IsAlive = false;
        time.Die();
        Workers.Stop();
        Journal.Die();
        run.Carriers.Died(this);
        run.Phones.Died(this);
    }

    bool IFallbacksElsewhere.TrySettle(int tenant, Core.Messages.MessageId fallback, bool wakes, Action<bool> answer) => run.TrySettleFallback(this, tenant, fallback, wakes, answer);

    bool IReceiptsElsewhere.TryForward(int shard, in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token) =>
        run.TryForward(this, shard, receipt, acknowledge, state, token);
}
