using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>What became of a part as a whole.</summary>
public enum PartOutcome : byte
{
    /// <summary>Not known yet.</summary>
    Pending = 0,

    /// <summary>On stable storage. Each accepted message has an answer of its own (<see cref="AcceptedMessage.Kept"/>).</summary>
    Kept = 1,

    /// <summary>Known to be rolled back, nothing stored (disk full): 503, the ownership stays.</summary>
    Refused = 2,

    /// <summary>A younger epoch owns the shard: the ownership ends.</summary>
    Fenced = 3,

    /// <summary>The commit's fate is unknown: the ownership ends, a new epoch reads storage.</summary>
    Unknown = 4,
}

/// <summary>What became of one accepted message inside a kept part.</summary>
public enum KeptAs : byte
{
    /// <summary>Kept as new.</summary>
    New = 0,

    /// <summary>The idempotency key was used before with the same body: <see cref="AcceptedMessage.FirstId"/> is the answer; nothing was stored.</summary>
    Repeat = 1,

    /// <summary>The idempotency key was used before with another body; nothing was stored.</summary>
    OtherBody = 2,
}

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

    /// <summary>Unix ms when accepted.</summary>
    public long AcceptedAtMs;

    /// <summary>Unix ms before which it must not leave; 0: at once.</summary>
    public long NotBeforeMs;

    /// <summary>Unix ms after which it must not leave.</summary>
    public long ValidUntilMs;

    /// <summary>The first digits of the destination.</summary>
    public uint Prefix;

    /// <summary>Channel.</summary>
    public Channel Channel;

    /// <summary>Purpose.</summary>
    public Purpose Purpose;

    /// <summary>Priority.</summary>
    public Priority Priority;

    /// <summary>Segments, 1 to 255.</summary>
    public byte Segments;

    /// <summary>Whether the record has a <c>reference</c> (then events must open it).</summary>
    public bool HasReference;

    /// <summary>Whether there is an idempotency key.</summary>
    public bool HasIdempotencyKey;

    /// <summary>Keyed hash of tenant and idempotency key.</summary>
    public UInt128 IdempotencyKey;

    /// <summary>Hash of the whole body that came with the key.</summary>
    public ulong BodyHash;

    /// <summary>Where the sealed record begins in <see cref="JournalPart.Sealed"/>.</summary>
    public int SealedOffset;

    /// <summary>Length of the sealed record.</summary>
    public int SealedLength;

    /// <summary>Answer of the journal.</summary>
    public KeptAs Kept;

    /// <summary>Answer of the journal for <see cref="KeptAs.Repeat"/>: the first message's id.</summary>
    public MessageId FirstId;
}

/// <summary>Kinds of entries in the log. Stored; the numbers never change.</summary>
public enum EntryKind : byte
{
    /// <summary>Not an entry.</summary>
    None = 0,

    /// <summary>A message's status changed: an event.</summary>
    Status = 1,

    /// <summary>A provider took one segment of several: not an event.</summary>
    SegmentSent = 2,

    /// <summary>A receipt for one segment of several: not an event.</summary>
    SegmentReceipt = 3,

    /// <summary>A contact's flags changed: the event <c>consent.changed</c>.</summary>
    Flags = 4,

    /// <summary>A receipt that found no message yet; kept before it is acknowledged.</summary>
    UnmatchedReceipt = 5,

    /// <summary>An unmatched receipt found its message, or its time ran out: forget it.</summary>
    ReceiptDone = 6,

    /// <summary>
    /// A message whose recipient has a limit may leave: kept before it does, so that its place is known after a crash. Not an event. Open until an entry of the message says
    /// <see cref="JournalEntry.HasLeft"/>. (7 is how the log packs an accepted message.)
    /// </summary>
    Leaving = 8,
}

/// <summary>One entry of the log, in the order of the shard's own sequence.</summary>
public struct JournalEntry
{
    /// <summary>Which.</summary>
    public EntryKind Kind;

    /// <summary>The new status (<see cref="EntryKind.Status"/>, receipts).</summary>
    public MessageStatus Status;

    /// <summary>Its reason.</summary>
    public Reason Reason;

    /// <summary>Segment, from 0 (<see cref="EntryKind.SegmentSent"/>, <see cref="EntryKind.SegmentReceipt"/>).</summary>
    public byte Segment;

    /// <summary>Whether the message has a reference.</summary>
    public bool HasReference;

    /// <summary>
    /// The answer to the message's <see cref="EntryKind.Leaving"/> (<see cref="EntryKind.Status"/>, <see cref="EntryKind.SegmentSent"/>): it has left, at <see cref="AtMs"/> or before,
    /// and counts for its recipient's limit. Storage gives such times back with the contact (<see cref="ContactRead.Departures"/>).
    /// </summary>
    public bool HasLeft;

    /// <summary>Tries so far, when the status is <see cref="MessageStatus.Queued"/> for a retry.</summary>
    public byte Attempts;

    /// <summary>Tenant's number; 0 for an unmatched receipt.</summary>
    public int Tenant;

    /// <summary>Provider's number; 0: none.</summary>
    public int Provider;

    /// <summary>The message.</summary>
    public MessageId Message;

    /// <summary>The contact; with <see cref="Sender"/> the conversation.</summary>
    public ContactId Contact;

    /// <summary>The sender's tag.</summary>
    public uint Sender;

    /// <summary>Unix ms.</summary>
    public long AtMs;

    /// <summary>
    /// Keyed hash of provider and the carrier's id of the message (<see cref="MessageStatus.Sent"/>, <see cref="EntryKind.SegmentSent"/>, unmatched receipts); 0: none awaited.
    /// </summary>
    public ulong ReceiptKey;

    /// <summary>The flags after the change (<see cref="EntryKind.Flags"/>).</summary>
    public ContactFlags Flags;

    /// <summary>Slot of the contact's key (<see cref="EntryKind.Flags"/>).</summary>
    public uint KeySlot;
}

/// <summary>
/// What one shard adds to the next commit. Made and reused by the shard's owner, lent to the journal from <see cref="IJournal.Append"/> until
/// the client is told. Order in the log: the accepted messages, then the entries.
/// </summary>
public sealed class JournalPart
{
    /// <summary>A part of <paramref name="shard"/>, whose fate <paramref name="client"/> is told.</summary>
    public JournalPart(int shard, IJournalClient client)
    {
        Shard = shard;
        Client = client;
    }

    /// <summary>Who is told.</summary>
    public IJournalClient Client { get; }

    /// <summary>The shard.</summary>
    public int Shard { get; }

    /// <summary>The epoch under which it is written.</summary>
    public long Epoch { get; set; }

    /// <summary>Messages to keep.</summary>
    public StructList<AcceptedMessage> Accepted { get; } = new(64);

    /// <summary>Entries of the log.</summary>
    public StructList<JournalEntry> Entries { get; } = new(64);

    /// <summary>The sealed records, one after the other.</summary>
    public ByteList Sealed { get; } = new(16 * 1024);

    /// <summary>The journal's answer.</summary>
    public PartOutcome Outcome { get; set; }

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Accepted.Count == 0 && Entries.Count == 0;

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        Accepted.Clear();
        Entries.Clear();
        Sealed.Clear();
        Outcome = PartOutcome.Pending;
    }
}
