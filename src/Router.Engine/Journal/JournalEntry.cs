using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;

namespace Router.Engine.Journal;

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

    /// <summary>Read from the log, of an accepted message: which way it goes. Inbound: the event <c>message.received</c>.</summary>
    public MessageDirection Direction;

    /// <summary>1 + the place in <see cref="JournalPart.Accepted"/> of the message that it follows from: written only if that one is kept as new; 0: always written.</summary>
    public int FollowsFrom;

    /// <summary>Whether the message has a reference.</summary>
    public bool HasReference;

    /// <summary>
    /// The answer to the message's <see cref="EntryKind.Leaving"/> (<see cref="EntryKind.Status"/>, <see cref="EntryKind.SegmentSent"/>): it has left, at <see cref="AtMs"/> or before,
    /// and counts for its recipient's limit. Storage gives such times back with the contact (<see cref="ContactRead.Departures"/>).
    /// </summary>
    public bool HasLeft;

    /// <summary>Tries so far, when the status is <see cref="MessageStatus.Queued"/> for a retry.</summary>
    public byte Attempts;

    /// <summary>What is told of the conversation (<see cref="EntryKind.Conversation"/>).</summary>
    public ConversationEvent Told;
    /// <summary>Which notice (<see cref="EntryKind.Notice"/>).</summary>
    public NoticeKind Notice;

    /// <summary>Tenant's number; 0 for an unmatched receipt.</summary>
    public int Tenant;

    /// <summary>Provider's number; 0: none. Of <see cref="NoticeKind.WebhookDisabled"/> the webhook's number.</summary>
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

    /// <summary>The message's channel, where a provider took a segment of it (<see cref="MessageStatus.Sent"/>, <see cref="EntryKind.SegmentSent"/>): then it counts as usage. Else none.</summary>
    public Channel Channel;

    /// <summary>Where a receipt is awaited, what it will tell of. Kept with the channel, which such an entry has.</summary>
    public ReceiptScope ReceiptScope;

    /// <summary>Price of that segment, millionths.</summary>
    public long Price;

    /// <summary>Slot of the contact's key (<see cref="EntryKind.Flags"/>).</summary>
    public uint KeySlot;
}
