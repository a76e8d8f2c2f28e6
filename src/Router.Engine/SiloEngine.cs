using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Conversations;
using Router.Engine.Credit;
using Router.Engine.Dispatch;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Machine;
using Router.Engine.Providers;
using Router.Engine.Receipts;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.Engine.Work;

namespace Router.Engine;

/// <summary>A shard as people look at it.</summary>
/// <param name="Shard">0 to 63.</param>
/// <param name="Epoch">Number of the ownership.</param>
/// <param name="Waiting">Messages accepted and not finished.</param>
public readonly record struct ShardState(int Shard, long Epoch, int Waiting);

/// <summary>
/// All of the engine in one silo: the owners of its shards, its dispatcher, its providers, its index of receipts. Without Orleans, files or sockets of its own:
/// the grains tell it which shards it owns and what is configured, the ports do the rest.
/// </summary>
/// <remarks>Any thread. Partials: <c>Intake</c> the way in, <c>Providers</c> what they tell, <c>Time</c> the ticker.</remarks>
public sealed partial class SiloEngine : IShards, INotices, IProviderEvents, IDeadLetters, IDeadRecords, IAsyncDisposable
{
    private readonly ShardOwner?[] owners = new ShardOwner?[64];
    private readonly Dictionary<string, IProviderFactory> factories;
    private readonly Random seeds;
    private readonly Lock gate = new();
    private readonly List<TaskCompletionSource> endWaiters = [];
    private volatile bool draining;

    /// <summary>Makes an engine that owns nothing yet. <see cref="Start"/> starts its clock.</summary>
    public SiloEngine(
        IJournal journal, IRecordSealer sealer, IKeyedHash hash, IEnumerable<IProviderFactory> factories, TimeProvider time, EngineOptions options,
        ILoggerFactory logs, int seed, IWorkScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Journal = journal;
        Sealer = sealer;
        Hash = hash;
        Time = time;
        Options = options;
        Scheduler = scheduler ?? ThreadPoolScheduler.Instance;
        Log = new EngineLog(logs.CreateLogger("Router.Engine"));
        this.factories = factories.ToDictionary(static f => f.Kind, StringComparer.Ordinal);
        seeds = new Random(seed);
        Receipts = new ReceiptIndex(options);
        Dispatcher = new Dispatcher(this);
        Credit = new CreditPool(OnBalanceLow);
        foreach ((int tenant, long spent) in journal.Usage.ReadSpent())
        {
            Credit.AddSpent(tenant, spent);
        }

        Clock = new ClockWatch(time);
        Memory = new MemoryWatch(time);
        Meter = new EngineMeter(this);
        pokeTimer = time.CreateTimer(static state => ((SiloEngine)state!).OnPokeTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        tickTimer = time.CreateTimer(static state => ((SiloEngine)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What is configured.</summary>
    public Configuration Configuration { get; private set; } = Configuration.Empty;

    /// <summary>Told when an owner ended itself: the grain that stands for the shard lets go of it and takes it anew.</summary>
    public Action<int>? ShardLost { get; set; }

    /// <summary>The way to other silos; null: there are none.</summary>
    public IReceiptsElsewhere? Elsewhere { get; set; }

    /// <summary>Told of inbound messages of conversations; null: nobody, and nothing counts as heard.</summary>
    public IConversationListener? ConversationListener { get; set; }

    /// <summary>The way of messages from end users to other silos; null: there are none.</summary>
    public IInboundElsewhere? InboundElsewhere { get; set; }

    /// <summary>Whether the machine's clock can be trusted.</summary>
    public ClockWatch Clock { get; }

    /// <summary>Whether there is memory for more messages.</summary>
    public MemoryWatch Memory { get; init; }

    internal InboundCounters Inbound { get; } = new();

    internal IJournal Journal { get; }

    internal IRecordSealer Sealer { get; }

    internal IKeyedHash Hash { get; }

    internal TimeProvider Time { get; }

    internal EngineOptions Options { get; }

    /// <summary>Runs the workers here.</summary>
    public IWorkScheduler Scheduler { get; }

    internal EngineLog Log { get; }

    internal ReceiptIndex Receipts { get; }

    internal Dispatcher Dispatcher { get; }

    internal WaitingCounts Waiting { get; } = new();

    internal StatusCounts Counts { get; } = new();

    internal EngineMeter Meter { get; }

    /// <summary>Starts the clock that drives the timers.</summary>
    public void Start() => tickTimer.Change(TimeSpan.FromMilliseconds(Shard.TickMs), TimeSpan.FromMilliseconds(Shard.TickMs));

    /// <summary>Starts the owner of a shard just taken. An owner of an older epoch here is ended first, with what it has with the journal: the new one waits for that.</summary>
    public void Own(TakenShard taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        ShardOwner owner;
        lock (gate)
        {
            ShardOwner? before = owners[taken.Shard];
            owner = new ShardOwner(this, taken, seeds.Next(), before);
            before?.Stop();
            Volatile.Write(ref owners[taken.Shard], owner);
        }

        owner.Configure(Configuration);
    }

    /// <summary>Ends the ownership of a shard: its queues are answered, its memory is dropped.</summary>
    public async ValueTask DisownAsync(int shard)
    {
        ShardOwner? owner = Volatile.Read(ref owners[shard]);
        if (owner is null)
        {
            return;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (owner.Ended)
            {
                return;
            }

            endWaiters.Add(ended);
        }

        owner.Stop();
        while (!owner.Ended)
        {
            await ended.Task.ConfigureAwait(false);
            lock (gate)
            {
                if (!owner.Ended)
                {
                    ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    endWaiters.Add(ended);
                }
            }
        }
    }

    /// <summary>Whether this silo owns a shard.</summary>
    public bool Owns(int shard) => Volatile.Read(ref owners[shard]) is { Ended: false };

    /// <summary>The epochs of all shards owned here: what a renewal names.</summary>
    public IReadOnlyList<ShardState> States()
    {
        var states = new List<ShardState>(owners.Length);
        foreach (ShardOwner? owner in owners)
        {
            if (owner is { Ended: false })
            {
                states.Add(new ShardState(owner.Number, owner.Epoch, owner.Waiting));
            }
        }

        return states;
    }

    /// <summary>A shard as it stands here; null: not owned here.</summary>
    public ShardState? StateOf(int shard) =>
        Volatile.Read(ref owners[shard]) is { Ended: false } owner ? new ShardState(shard, owner.Epoch, owner.Waiting) : null;

    /// <summary>A renewal asked for at <paramref name="askedAt"/> (<see cref="TimeProvider.GetTimestamp"/>) was kept under this epoch.</summary>
    public void Renewed(int shard, long epoch, long askedAt)
    {
        if (Volatile.Read(ref owners[shard]) is { } owner && owner.Epoch == epoch)
        {
            owner.Renewed(askedAt);
        }
    }

    /// <summary>
    /// Drains (DESIGN §6): no more releases, providers settle what is in flight, owners keep what that brought, then end. What comes in meanwhile is told to go elsewhere.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        draining = true;
        Dispatcher.StopReleases();
        await DrainProvidersAsync(cancellationToken).ConfigureAwait(false);
        for (int shard = 0; shard < owners.Length; shard++)
        {
            await DisownAsync(shard).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        draining = true; // providers that go down now go with the silo
        await tickTimer.DisposeAsync().ConfigureAwait(false);
        await pokeTimer.DisposeAsync().ConfigureAwait(false);
        await DisposeProvidersAsync().ConfigureAwait(false);
        Meter.Dispose();
    }

    internal void Ended(ShardOwner owner, bool lost)
    {
        Receipts.Disown(owner.Number, owner.Epoch);
        Dispatcher.Forget(owner.Number);
        bool current = Interlocked.CompareExchange(ref owners[owner.Number], null, owner) == owner;
        List<TaskCompletionSource> waiters;
        lock (gate)
        {
            waiters = [.. endWaiters];
            endWaiters.Clear();
        }

        waiters.ForEach(static waiter => waiter.TrySetResult());
        if (lost && current)
        {
            ShardLost?.Invoke(owner.Number);
        }
    }
}
