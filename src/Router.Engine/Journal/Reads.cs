using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Limits;
using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>What storage knows of a contact.</summary>
public struct StoredContact
{
    /// <summary>Asked for.</summary>
    public ContactId Contact;

    /// <summary>Whether it was ever seen; the rest is default when not.</summary>
    public bool Found;

    /// <summary>Its flags.</summary>
    public ContactFlags Flags;

    /// <summary>Slot of its salt in the key file; 0: none yet.</summary>
    public uint KeySlot;

    /// <summary>Head of its last message; 0: none.</summary>
    public ulong LastHead;

    /// <summary>Tag of the sender used last; 0: none.</summary>
    public uint LastSender;

    /// <summary>Asked for: its departures from this Unix ms on, for its recipient's limit; 0: none, at no cost.</summary>
    public long DeparturesFromMs;

    /// <summary>Where its departures begin in <see cref="ContactRead.Departures"/>.</summary>
    public int DepartureOffset;

    /// <summary>How many they are; <see cref="ContactRead.DeparturesMax"/>: there may be more, and older ones.</summary>
    public int DepartureCount;
}

/// <summary>Rows of contacts, read in one batch on first touch. Reused by the shard's owner.</summary>
public sealed class ContactRead(IJournalClient client)
{
    /// <summary>Departures given back for a contact at most, the newest: as many as a recipient's limit can count.</summary>
    public const int DeparturesMax = RecipientLog.CountMax;

    /// <summary>Who is told.</summary>
    public IJournalClient Client { get; } = client;

    /// <summary>In: the contacts, sorted or not. Out: filled.</summary>
    public StructList<StoredContact> Contacts { get; } = new(64);

    /// <summary>Out: times (Unix ms) at which messages had left (<see cref="JournalEntry.HasLeft"/>), of all contacts that asked, in no order.</summary>
    public StructList<long> Departures { get; } = new(16);

    /// <summary>Whether storage failed; nothing was filled.</summary>
    public bool Failed { get; set; }
}

/// <summary>A record asked for.</summary>
public struct StoredRecord
{
    /// <summary>The message.</summary>
    public MessageId Id;

    /// <summary>Its tenant's number.</summary>
    public int Tenant;

    /// <summary>Its contact's key.</summary>
    public uint KeySlot;

    /// <summary>Where the opened record begins in <see cref="RecordRead.Records"/>.</summary>
    public int Offset;

    /// <summary>Its length; 0: not there, or its key was destroyed.</summary>
    public int Length;
}

/// <summary>Records read back and opened in one batch. Reused by the shard's owner.</summary>
public sealed class RecordRead(IJournalClient client)
{
    /// <summary>Who is told.</summary>
    public IJournalClient Client { get; } = client;

    /// <summary>In: which. Out: where they lie.</summary>
    public StructList<StoredRecord> Items { get; } = new(64);

    /// <summary>The opened records.</summary>
    public ByteList Records { get; } = new(16 * 1024);

    /// <summary>Whether storage failed; nothing was filled.</summary>
    public bool Failed { get; set; }
}

/// <summary>A message that is not finished, as read after an epoch was taken.</summary>
public struct UnfinishedMessage
{
    /// <summary>What was kept at acceptance; the sealed record is not read.</summary>
    public AcceptedMessage Accepted;

    /// <summary>The last status kept: accepted or queued.</summary>
    public MessageStatus Status;

    /// <summary>Tries kept so far.</summary>
    public byte Attempts;

    /// <summary>Whether its last <see cref="EntryKind.Leaving"/> is open: it may have left.</summary>
    public bool IsLeaving;

    /// <summary>Segments that a provider has taken already, one bit each from bit 0; null: none.</summary>
    public byte[]? SegmentsSent;
}

/// <summary>A message, or one of its segments, for which a receipt is awaited.</summary>
public struct AwaitedReceipt
{
    /// <summary>See <see cref="JournalEntry.ReceiptKey"/>.</summary>
    public ulong ReceiptKey;

    /// <summary>The message.</summary>
    public MessageId Message;

    /// <summary>Its contact.</summary>
    public ContactId Contact;

    /// <summary>Its sender's tag.</summary>
    public uint Sender;

    /// <summary>Its tenant's number.</summary>
    public int Tenant;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>The segment, from 0.</summary>
    public byte Segment;

    /// <summary>Segments of the message.</summary>
    public byte Segments;

    /// <summary>Whether the message has a reference.</summary>
    public bool HasReference;

    /// <summary>The last status kept.</summary>
    public MessageStatus Status;

    /// <summary>Unix ms when its validity ended or ends; a receipt counts until 72 h later.</summary>
    public long ValidUntilMs;

    /// <summary>For several segments: those with a delivered receipt already, one bit each from bit 0; null: none.</summary>
    public byte[]? SegmentsDelivered;
}

/// <summary>A receipt that found no message yet.</summary>
public struct UnmatchedReceipt
{
    /// <summary>See <see cref="JournalEntry.ReceiptKey"/>.</summary>
    public ulong ReceiptKey;

    /// <summary>What it says.</summary>
    public MessageStatus Status;

    /// <summary>Its reason.</summary>
    public Reason Reason;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>Unix ms when it came.</summary>
    public long AtMs;
}

/// <summary>A shard just taken: its epoch and what was under way.</summary>
public sealed class TakenShard
{
    /// <summary>The shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The epoch taken.</summary>
    public required long Epoch { get; init; }

    /// <summary>New ids must be later than this Unix ms (DESIGN §3).</summary>
    public required long LastIdMs { get; init; }

    /// <summary>Messages not finished, by id.</summary>
    public required IReadOnlyList<UnfinishedMessage> Unfinished { get; init; }

    /// <summary>Receipts awaited that are recent enough to be held in memory.</summary>
    public required IReadOnlyList<AwaitedReceipt> Awaited { get; init; }

    /// <summary>Receipts that found no message.</summary>
    public required IReadOnlyList<UnmatchedReceipt> Unmatched { get; init; }
}
