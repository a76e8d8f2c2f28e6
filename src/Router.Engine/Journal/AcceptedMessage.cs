using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>A message to keep, with what stays in clear; the sealed record lies in <see cref="JournalPart.Sealed"/>.</summary>
public struct AcceptedMessage
{
    /// <summary>The id; heads rise within a shard.</summary>
    public MessageId Id;

    /// <summary>The contact.</summary>
    public ContactId Contact;

    /// <summary>The sender's tag: with the contact, the conversation.</summary>
    public uint Sender;

    /// <summary>The tenant's number.</summary>
    public int Tenant;

    /// <summary>The slot of the contact's salt in the key file.</summary>
    public uint KeySlot;

    /// <summary>Head of the contact's message before this one; 0: none. The chain that lists a conversation.</summary>
    public ulong PreviousHead;

    /// <summary>Which way it goes. An inbound message is finished as soon as it is kept: <see cref="FirstStatus"/>.</summary>
    public MessageDirection Direction;

    /// <summary>It is one part of an inbound message: unfinished until <see cref="EntryKind.PartDone"/>, never an event, never listed.</summary>
    public bool IsPart;

    /// <summary>It confirms a STOP, outbound: the block that it confirms does not hold it back (<see cref="Core.Consent.Decision.DecideConfirmation"/>).</summary>
    public bool ConfirmsStop;

    /// <summary>It answers the message before it in the part: stored only if that one is kept as new.</summary>
    public bool IsReply;

    /// <summary>Inbound: the provider's number that it came by; else 0.</summary>
    public int Provider;

    /// <summary>Unix ms when accepted.</summary>
    public long AcceptedAtMs;

    /// <summary>Unix ms before which it must not leave; 0: at once.</summary>
    public long NotBeforeMs;

    /// <summary>Unix ms after which it must not leave.</summary>
    public long ValidUntilMs;

    /// <summary>The first digits of the destination.</summary>
    public uint Prefix;

    /// <summary>The region that it must stay in (<see cref="Core.Tenants.RegionTag"/>); 0: it names none.</summary>
    public uint Region;

    /// <summary>Its fallback, a message kept before it; default: none. Unfinished until <see cref="EntryKind.FallbackDone"/>.</summary>
    public MessageId Fallback;

    /// <summary>Seconds after which the fallback goes unless this message was delivered (its validity ends then, too); 0: only when this one fails.</summary>
    public int FallbackAfterSeconds;

    /// <summary>It is a fallback: it waits until it is woken (<see cref="EntryKind.FallbackDone"/>) or its validity ends.</summary>
    public bool IsDormant;

    /// <summary>Channel.</summary>
    public Channel Channel;

    /// <summary>Purpose.</summary>
    public Purpose Purpose;

    /// <summary>Priority.</summary>
    public Priority Priority;

    /// <summary>Segments, 1 to 255.</summary>
    public byte Segments;

    /// <summary>Whether its content is media: routing must know it after a restart, too.</summary>
    public bool IsMedia;

    /// <summary>Whether the record has a <c>reference</c> (then events must open it).</summary>
    public bool HasReference;

    /// <summary>Whether there is an idempotency key.</summary>
    public bool HasIdempotencyKey;

    /// <summary>Keyed hash of tenant and idempotency key.</summary>
    public UInt128 IdempotencyKey;

    /// <summary>Hash of the whole body that came with the key.</summary>
    public ulong BodyHash;

    /// <summary>The recorded trace that it came by: what becomes of it is told there, after a restart, too. Default: none.</summary>
    public TraceContext Trace;

    /// <summary>Where the sealed record begins in <see cref="JournalPart.Sealed"/>.</summary>
    public int SealedOffset;

    /// <summary>Length of the sealed record.</summary>
    public int SealedLength;

    /// <summary>Answer of the journal.</summary>
    public KeptAs Kept;

    /// <summary>The status it is kept with: of an inbound one that it is here, or that nobody was found for it (tenant 0, a dead letter).</summary>
    public readonly MessageStatus FirstStatus => Direction == MessageDirection.Outbound || IsPart ? MessageStatus.Accepted
        : Tenant == 0 ? MessageStatus.Undelivered
        : MessageStatus.Delivered;

    /// <summary>Answer of the journal for <see cref="KeptAs.Repeat"/>: the first message's id.</summary>
    public MessageId FirstId;
}
