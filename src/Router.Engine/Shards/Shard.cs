using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Receipts;
using Router.Engine.Sealing;

namespace Router.Engine.Shards;

/// <summary>
/// One of the 64 equal parts of all contacts: its rows, what is accepted and not finished, and its timers. Commands in, steps for the journal and offers to the dispatcher
/// out. No I/O, threads or clock: <see cref="ShardOwner"/> drives it, one call at a time.
/// </summary>
/// <remarks>
/// Everything that changes a status goes through <see cref="Step"/>s: decided here, written by the journal, and only then applied (<c>Shard.Steps.cs</c>), in one sequence.
/// Partials: <c>Contacts</c> rows, <c>Messages</c> the slab, <c>Accept</c> new messages, <c>Lanes</c> first decision and lanes, <c>Release</c>, <c>Quiet</c> hours, <c>Recipients</c> their limit, <c>Outcomes</c>, <c>Segments</c>,
/// <c>Cancels</c>, <c>Watches</c>, <c>Fallbacks</c>, <c>Receipts</c>, <c>Conversations</c>, <c>Inbound</c> messages from end users, <c>Parts</c> theirs, <c>Traces</c>, <c>Steps</c>, <c>Timers</c>, <c>Recovery</c>.
/// </remarks>
internal sealed partial class Shard
{
    private readonly int number;
    private readonly long epoch;
    private readonly EngineOptions options;
    private readonly IRecordSealer sealer;
    private readonly ReceiptIndex receipts;
    private readonly IShardEffects effects;
    private readonly long ticksPerMs;
    private readonly Random random;
    private readonly RecordRing ring;
    private readonly StepQueue pending = new();

    // The last message known to be kept. A later one can be there all the same: a younger owner's, which this one has not heard of yet.
    private ulong keptHead;

    public Shard(int number, EngineOptions options, IRecordSealer sealer, ReceiptIndex receipts, IShardEffects effects, long ticksPerMs, int seed, long lastIdMs, long epoch)
    {
        this.number = number;
        this.epoch = epoch;
        this.options = options;
        this.sealer = sealer;
        this.receipts = receipts;
        this.effects = effects;
        this.ticksPerMs = ticksPerMs;
        random = new Random(seed);
        ring = new RecordRing(options.RecordRingBytes);
        replies = new ReplyAllowance(options.AutomaticRepliesPerHour);
        ids = new MessageIdSource(number, lastIdMs, random);
        keptHead = ids.LastHead;
        wheel = new Timers.TimingWheel<WheelLinks>(new WheelLinks(this));
        Configuration = Configuration.Empty;
    }

    /// <summary>The snapshot in force; replaced by the owner.</summary>
    public Configuration Configuration { get; set; }

    /// <summary>Wall clock, Unix ms; set by the owner before each call.</summary>
    public long NowMs { get; set; }

    /// <summary>Monotonic clock, ms; set by the owner before each call.</summary>
    public long MonotonicMs { get; set; }

    /// <summary>Messages accepted and not finished.</summary>
    public int Waiting { get; private set; }

    /// <summary>Steps that wait for the journal.</summary>
    public StepQueue Pending => pending;

    private int Jitter(int delayMs) => delayMs <= 0 ? 0 : (int)(delayMs * (0.8 + (0.4 * random.NextDouble())));
}
