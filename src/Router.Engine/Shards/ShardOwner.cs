using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Work;

namespace Router.Engine.Shards;

/// <summary>
/// The loop around one shard under one epoch: two bounded queues in, one part at a time to the journal, and what the journal has kept applied in the shard's own order
/// (DESIGN §3). Urgent commands (asks, outcomes, receipts, cancels, flags) are served first and never refused for want of room; only accepts can find their queue full.
/// </summary>
/// <remarks>
/// Any thread may add; <see cref="Worker"/> runs <see cref="Step"/> on one at a time. Bounds of the urgent queue: asks (one a shard and lane), outcomes (windows and
/// <see cref="EngineOptions.SettleUnkeptMax"/>), receipts and messages from end users (the sessions' own), cancels and flags (connections of the front door),
/// notices (a provider that goes up or down: one a tenant, seldom).
/// </remarks>
internal sealed partial class ShardOwner : Worker, IJournalClient, IShardEffects
{
    private const long LeaseMs = 1_000;
    private const long FirstReleaseMs = 1_250;
    private readonly SiloEngine engine;
    private readonly Shard shard;
    private readonly JournalPart part;
    private readonly ContactRead contactRead;
    private readonly RecordRead recordRead;
    private readonly Inbox<UrgentCommand> urgent = new(int.MaxValue);
    private readonly Inbox<AcceptRequest> accepts;
    private readonly List<AcceptRequest> partRequests = [];
    private readonly StructList<int> partRows = new(64);
    private UrgentCommand[] urgentBatch = new UrgentCommand[16];
    private AcceptRequest[] acceptBatch = new AcceptRequest[16];
    private readonly Lock roomGate = new();
    private TaskCompletionSource? roomSignal;
    private Configuration? nextConfiguration;
    private volatile bool partAnswered;
    private volatile bool contactsAnswered;
    private volatile bool recordsAnswered;
    private volatile bool tickDue;
    private volatile bool stopping;
    private bool partUnderWay;
    private bool contactsUnderWay;
    private bool recordsUnderWay;
    private volatile bool ended;
    private volatile bool finished;
    private volatile bool failed;
    private TakenShard? taken;
    private volatile ShardOwner? before;
    private volatile ShardOwner? after;
    private long partSubmittedAt;
    private long holdUntil;
    private long leaseEnd;
    private readonly long firstRelease;
    private readonly long certainFrom;
    private long lastTold;
    private long lastTrim;

    /// <param name="engine">Its silo.</param>
    /// <param name="taken">The shard and what was under way.</param>
    /// <param name="seed">For jitter and ids.</param>
    /// <param name="before">The owner before it in this silo, when that has not ended: nothing is done until it has, so that a shard has one part with the journal over all its epochs.</param>
    public ShardOwner(SiloEngine engine, TakenShard taken, int seed, ShardOwner? before)
        : base(engine.Scheduler)
    {
        this.engine = engine;
        this.taken = taken;
        if (before is not null)
        {
            this.before = before;
            before.after = this;
        }

        Number = taken.Shard;
        Epoch = taken.Epoch;
        recovering = taken.Unfinished;
        accepts = new Inbox<AcceptRequest>(engine.Options.AcceptQueueMax);
        shard = new Shard(taken.Shard, engine.Options, engine.Sealer, engine.Receipts, this, engine.Ticks(1), seed, taken.LastIdMs, taken.Epoch) { Configuration = engine.Configuration };
        shard.NowMs = engine.UnixMs;
        shard.MonotonicMs = engine.MonotonicMs;
        shard.Advance((uint)(engine.MonotonicMs / Shard.TickMs)); // the wheel starts at the present tick
        part = new JournalPart(taken.Shard, this) { Epoch = taken.Epoch };
        contactRead = new ContactRead(this);
        recordRead = new RecordRead(this);
        firstRelease = engine.Journal.Exclusive ? long.MinValue : engine.Timestamp + engine.Ticks(FirstReleaseMs);
        leaseEnd = engine.Timestamp + engine.Ticks(LeaseMs);
        recoveringLeft = recovering.Count;

        // Releases of the owner before this one may be open: one in this process gave the last before now, one elsewhere while its lease held.
        long certainMs = engine.Options.ReleaseMs + (engine.Journal.Exclusive ? 0 : LeaseMs);
        certainFrom = engine.Timestamp + engine.Ticks(certainMs);
        shard.ExpectPlaces(recovering, engine.MonotonicMs + certainMs + 1);
    }

    /// <summary>The state machine; for tests, when nothing runs.</summary>
    internal Shard Shard => shard;

    /// <summary>The shard.</summary>
    public int Number { get; }

    /// <summary>The epoch under which it is owned.</summary>
    public long Epoch { get; }

    /// <summary>Messages accepted and not finished; may be a moment old.</summary>
    public int Waiting => shard.Waiting + Volatile.Read(ref recoveringLeft);

    /// <summary>Whether the ownership has ended: nothing of it is with the journal any more, everyone who waited is answered.</summary>
    public bool Ended => ended;

    /// <summary>Whether messages may still be queued.</summary>
    public bool TakesMessages => !stopping && !ended;

    /// <inheritdoc/>
    protected override bool HasWork =>
        // Only what the next step takes or ends: else the worker would spin.
        before is not { finished: false }
        && (failed && !ended
            ? partAnswered || !partUnderWay
            : urgent.HasItems || partAnswered || contactsAnswered || recordsAnswered || tickDue || Volatile.Read(ref nextConfiguration) is not null
                || (((stopping && engine.Timestamp >= holdUntil) || accepts.HasItems) && !partUnderWay && !contactsUnderWay && !ended));

    /// <summary>Queues a message; false when the queue is full or the ownership ended.</summary>
    public bool TryAccept(AcceptRequest request)
    {
        if (!accepts.TryAdd(request))
        {
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Ends once there may be room.</summary>
    public Task WaitForRoomAsync()
    {
        lock (roomGate)
        {
            // The signal stands before the queue is looked at again: whoever empties it in between finds it.
            TaskCompletionSource signal = roomSignal ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.MemoryBarrier();
            return accepts.IsFull && !ended ? signal.Task : Task.CompletedTask;
        }
    }

    /// <summary>Queues a command; false when the ownership ended.</summary>
    public bool Post(in UrgentCommand command)
    {
        if (!urgent.TryAdd(command))
        {
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Replaces the configuration.</summary>
    public void Configure(Configuration configuration)
    {
        Volatile.Write(ref nextConfiguration, configuration);
        Wake();
    }

    /// <summary>Has timers looked at; called every <see cref="Shard.TickMs"/> by the silo's ticker.</summary>
    public void Tick()
    {
        tickDue = true;
        before?.Tick(); // the ticker knows only the youngest
        Wake();
    }

    /// <summary>A renewal was kept that was asked for at <paramref name="askedAt"/> (monotonic).</summary>
    public void Renewed(long askedAt) => InterlockedMax(ref leaseEnd, askedAt + engine.Ticks(LeaseMs));

    /// <summary>Ends the ownership from outside: what was told is kept, the queues are answered, memory is dropped.</summary>
    public void Stop()
    {
        stopping = true;
        Wake();
    }

    /// <inheritdoc/>
    public void Appended(JournalPart part)
    {
        partAnswered = true;
        Wake();
    }

    /// <inheritdoc/>
    public void ContactsRead(ContactRead read)
    {
        contactsAnswered = true;
        Wake();
    }

    /// <inheritdoc/>
    public void RecordsRead(RecordRead read)
    {
        recordsAnswered = true;
        Wake();
    }

    void IShardEffects.Offer(int shardLane, in LaneKey key, int available, int nextSegments) => engine.Dispatcher.Offer(Number, shardLane, key, available, nextSegments);

    void IShardEffects.OutcomeKept(int provider) => engine.Dispatcher.OutcomeKept(provider);

    void IShardEffects.Started(int tenant) => engine.Waiting.Increment(tenant);

    void IShardEffects.LetterJoined(Core.Messages.MessageId letter) => engine.ReplayJoined(letter);

    void IShardEffects.TakeAgain(Inbound.InboundTask task) => inboundWaiting.Add(task);

    Inbound.InboundCounters IShardEffects.Inbound => engine.Inbound;

    void IShardEffects.Count(MessageStatus status, Reason reason) => engine.Counts.Add(Number, status, reason);

    void IShardEffects.Left(long waitedMs) => engine.Meter.Sent(waitedMs);

    void IShardEffects.Finished(int tenant) => engine.Waiting.Decrement(tenant);

    bool IShardEffects.TryReserve(int tenant, long amount) => engine.Credit.TryReserve(tenant, amount);

    void IShardEffects.GiveBack(int tenant, long amount) => engine.Credit.GiveBack(tenant, amount);

    void IShardEffects.Doubt(in Credit.DoubtfulCharge charge) => engine.Doubt(charge);

    bool IShardEffects.IsHealthy(int provider) => engine.Dispatcher.IsHealthy(provider);

    bool IShardEffects.TryTakeTrial(int provider) => engine.Dispatcher.TryTakeTrial(provider);

    RetryRule IShardEffects.RetryRule(int provider) => engine.Dispatcher.RetryRule(provider);

    bool IShardEffects.HasWholeReceipts(int provider) => engine.Dispatcher.HasWholeReceipts(provider);

    void IShardEffects.LookUp(ReceiptTask receipt) => engine.LookUp(receipt);

    void IShardEffects.NotKept(ReceiptTask receipt) => engine.NotKept(receipt);

    void IShardEffects.Unmatched(ReceiptTask receipt) => engine.Unmatched(receipt);

    void IShardEffects.SettleFallback(PendingFallback fallback) => engine.Settle(fallback);

    void IShardEffects.Requeue(ReceiptTask receipt) => engine.PostReceipt(receipt, receipt.Awaited.Message.Shard);

    void IShardEffects.TraceWait(in Traces.TracedSpan span, MessageStatus end) => Traces.EngineTraces.Waited(span, end);

    void IShardEffects.TraceSend(in Traces.TracedSpan span, int provider, OutcomeKind outcome) => Traces.EngineTraces.Sent(span, engine.Configuration.FindProvider(provider), outcome);

    private static void InterlockedMax(ref long place, long value)
    {
        long seen = Volatile.Read(ref place);
        while (value > seen)
        {
            long before = Interlocked.CompareExchange(ref place, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
