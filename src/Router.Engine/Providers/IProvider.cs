using Router.Core.Messages;

namespace Router.Engine.Providers;

/// <summary>
/// Port: an account at a carrier or platform. One instance a silo and account; made by an <see cref="IProviderFactory"/>, told of nothing but departures.
/// </summary>
public interface IProvider : IAsyncDisposable
{
    /// <summary>Departures without an outcome that it can take now at most (for SMPP: open binds × window). Read often; cheap.</summary>
    int Window { get; }

    /// <summary>How it is tried again.</summary>
    RetryRule Retry { get; }

    /// <summary>Starts sessions; returns at once, goes on reconnecting by itself until disposed.</summary>
    void Start();

    /// <summary>
    /// Takes a batch over. The provider owns each <see cref="Departure.Record"/> from here and returns it to <see cref="RecordPool.Shared"/>. Each segment due
    /// gets exactly one outcome, told to the <see cref="IProviderEvents"/> it was made with. Departures of one conversation are written by one session in the order given.
    /// Called by one thread at a time; never blocks.
    /// </summary>
    void Submit(ReadOnlySpan<Departure> departures);

    /// <summary>Stops taking, waits for what is in flight (until <paramref name="cancellationToken"/>), then ends its sessions.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}

/// <summary>A message, or those of its segments that have no outcome yet, on its way out.</summary>
public struct Departure
{
    /// <summary>The message.</summary>
    public MessageId Id;

    /// <summary>Epoch of the ownership that released it; told back in each of its outcomes.</summary>
    public long Epoch;

    /// <summary>Orders: departures with the same value go to one session in the order given.</summary>
    public ulong Conversation;

    /// <summary>
    /// Monotonic end of the release (<see cref="TimeProvider.GetTimestamp"/> of the injected provider): the session checks it before it writes and answers <see cref="OutcomeKind.Lapsed"/> after it.
    /// </summary>
    public long ReleaseEnd;

    /// <summary>Unix ms at which its validity ends.</summary>
    public long ValidUntilMs;

    /// <summary>The record (<c>MessageRecord</c>), rented from <see cref="RecordPool.Shared"/>.</summary>
    public byte[] Record;

    /// <summary>Bytes of the record.</summary>
    public int RecordLength;

    /// <summary>Segments of the whole message.</summary>
    public byte Segments;

    /// <summary>First segment to send now.</summary>
    public byte FirstSegment;

    /// <summary>How many segments from <see cref="FirstSegment"/> on to send now; those in <see cref="SegmentsDone"/> are left out and get no outcome.</summary>
    public byte SegmentCount;

    /// <summary>Segments with an outcome already, one bit each from bit 0; null: none.</summary>
    public byte[]? SegmentsDone;
}

/// <summary>What a provider says of a departure.</summary>
public enum OutcomeKind : byte
{
    /// <summary>Taken; <see cref="Outcome.ReceiptKey"/> names it in receipts.</summary>
    Sent = 1,

    /// <summary>Not written: its release had ended. Nothing left.</summary>
    Lapsed = 2,

    /// <summary>Refused for now by the account's rate or a full queue; the provider slows. Not an attempt.</summary>
    Throttled = 3,

    /// <summary>Refused for now for another reason: an attempt.</summary>
    Failed = 4,

    /// <summary>Refused for good.</summary>
    Refused = 5,

    /// <summary>Written, and no answer came before the time-out or the link's loss: an attempt, may be a duplicate.</summary>
    Unknown = 6,

    /// <summary>Not written: no session is up. Not an attempt.</summary>
    Unsent = 7,
}

/// <summary>The outcome of one segment of a departure.</summary>
public struct Outcome
{
    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>The message.</summary>
    public MessageId Message;

    /// <summary><see cref="Departure.Epoch"/>: the message may have been released again by a younger owner meanwhile, and this is not the outcome of that.</summary>
    public long Epoch;

    /// <summary>The segment, from 0.</summary>
    public byte Segment;

    /// <summary>What happened.</summary>
    public OutcomeKind Kind;

    /// <summary>Why, for <see cref="OutcomeKind.Refused"/> and <see cref="OutcomeKind.Failed"/>.</summary>
    public Reason Reason;

    /// <summary>For <see cref="OutcomeKind.Throttled"/>, <see cref="OutcomeKind.Failed"/> and <see cref="OutcomeKind.Unknown"/>: when the provider's rule wants the next try, ms from now; 0: Router's own back-off.</summary>
    public int RetryAfterMs;

    /// <summary>Keyed hash of the carrier's id when a receipt may come; 0: none.</summary>
    public ulong ReceiptKey;
}

/// <summary>A delivery receipt as a provider decoded it.</summary>
public struct Receipt
{
    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>Keyed hash of the carrier's id, in the form the response should have had; tried first.</summary>
    public ulong ReceiptKey;

    /// <summary>A second and third reading of the id (hex and decimal); 0: none.</summary>
    public ulong SecondKey;

    /// <summary>See <see cref="SecondKey"/>.</summary>
    public ulong ThirdKey;

    /// <summary>Delivered, read, undelivered, expired, rejected (as undelivered) or cancelled.</summary>
    public MessageStatus Status;

    /// <summary>Why.</summary>
    public Reason Reason;
}

/// <summary>
/// What a provider tells the engine. Every member may be called from any thread and returns at once.
/// </summary>
public interface IProviderEvents
{
    /// <summary>Tells outcomes.</summary>
    void Settle(ReadOnlySpan<Outcome> outcomes);

    /// <summary>
    /// Tells a receipt. <paramref name="acknowledge"/> is called once with true when it is kept (acknowledge it), with false when it could not be (have it sent again).
    /// <paramref name="state"/> goes with it, so that no closure is needed.
    /// </summary>
    void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token);

    /// <summary>The account went up (at least one session) or down. Tell only changes; starts as down.</summary>
    void HealthChanged(int provider, bool up);
}

/// <summary>Makes providers of one kind.</summary>
public interface IProviderFactory
{
    /// <summary>The word in <c>kind</c>.</summary>
    string Kind { get; }

    /// <summary>Checks the kind's settings (a JSON object); null when they are right, else what is wrong: field (<c>settings.port</c>), value (not a secret), range, remedy.</summary>
    Core.Tenants.SettingsFault? Validate(string settings);

    /// <summary>Makes the provider of an account; <see cref="IProvider.Start"/> starts it.</summary>
    IProvider Create(Core.Tenants.ProviderAccount account, IProviderEvents events, Sealing.IKeyedHash hash, TimeProvider time, int seed);
}
