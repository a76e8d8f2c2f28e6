using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Engine.Shards;

/// <summary>
/// A decoded, well-formed message on its way into its shard. Made and pooled by whoever takes messages in (the front door, the streams), lent to the shard's owner until
/// <see cref="IAcceptListener.Completed"/>.
/// </summary>
public sealed class AcceptRequest
{
    /// <summary>Told of the outcome.</summary>
    public IAcceptListener? Listener { get; set; }

    /// <summary>The tenant.</summary>
    public Tenant? Tenant { get; set; }

    /// <summary>The contact of <c>to</c>.</summary>
    public ContactId Contact { get; set; }

    /// <summary>The sender asked for by <c>from</c> (whether the tenant's own or not: the decision says); null: the shard chooses.</summary>
    public Sender? Sender { get; set; }

    /// <summary>Channel.</summary>
    public Channel Channel { get; set; }

    /// <summary>Purpose.</summary>
    public Purpose Purpose { get; set; }

    /// <summary>Priority.</summary>
    public Priority Priority { get; set; }

    /// <summary>Segments, 1 to 255.</summary>
    public byte Segments { get; set; } = 1;

    /// <summary>First digits of the destination; packed <see cref="Core.Routing.DestinationPrefix"/>.</summary>
    public uint Prefix { get; set; }

    /// <summary>The region that it must stay in (<see cref="RegionTag"/>); 0: it names none.</summary>
    public uint Region { get; set; }

    /// <summary>The fallback to keep before this message, by whoever hands both on; null: none.</summary>
    public AcceptRequest? Fallback { get; set; }

    /// <summary>The fallback, once it is kept; default: none.</summary>
    public MessageId FallbackId { get; set; }

    /// <summary>See <see cref="Journal.AcceptedMessage.FallbackAfterSeconds"/>.</summary>
    public int FallbackAfterSeconds { get; set; }

    /// <summary>It is a fallback: kept, and not decided before it is woken.</summary>
    public bool IsDormant { get; set; }

    /// <summary>Seconds from acceptance (or from <see cref="NotBeforeMs"/>) after which it must not leave, 1 to 604,800.</summary>
    public int ValiditySeconds { get; set; }

    /// <summary>Unix ms before which it must not leave; 0: at once.</summary>
    public long NotBeforeMs { get; set; }

    /// <summary>Whether its content is media: only providers that carry some may have it.</summary>
    public bool IsMedia { get; set; }

    /// <summary>Whether the record has a reference.</summary>
    public bool HasReference { get; set; }

    /// <summary>Whether there is an idempotency key.</summary>
    public bool HasIdempotencyKey { get; set; }

    /// <summary>See <see cref="Sealing.IKeyedHash.IdempotencyKey"/>.</summary>
    public UInt128 IdempotencyKey { get; set; }

    /// <summary>Hash of the body as received.</summary>
    public ulong BodyHash { get; set; }

    /// <summary>The recorded trace that it came by; default: none.</summary>
    public TraceContext Trace { get; set; }

    /// <summary>The record without its sender (<see cref="MessageRecord.Write"/>); grown by the caller, kept over uses.</summary>
    public byte[] Record { get; set; } = new byte[512];

    /// <summary>Bytes of the record.</summary>
    public int RecordLength { get; set; }

    /// <summary>Out: what became of it.</summary>
    public AcceptOutcome Outcome { get; set; }

    /// <summary>Out, of one that is <see cref="AcceptOutcome.Unavailable"/>: it is not kept and never will be. Else nobody knows.</summary>
    public bool IsKnownUnkept { get; set; }

    /// <summary>Out: it was kept before, under the same key: <see cref="Id"/> is the first one's.</summary>
    public bool IsRepeat { get; set; }

    /// <summary>Out: the id.</summary>
    public MessageId Id { get; set; }

    /// <summary>Out: the conversation.</summary>
    public ConversationId Conversation { get; set; }

    /// <summary>For the caller's use: e.g. the line's number.</summary>
    public long Token { get; set; }
}
