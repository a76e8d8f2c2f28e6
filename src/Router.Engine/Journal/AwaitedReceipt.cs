using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Engine.Journal;

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

    /// <summary>What the receipt will tell of.</summary>
    public ReceiptScope Scope;

    /// <summary>Whether the message has a reference.</summary>
    public bool HasReference;

    /// <summary>The last status kept.</summary>
    public MessageStatus Status;

    /// <summary>Unix ms when its validity ended or ends; a receipt counts until 72 h later.</summary>
    public long ValidUntilMs;

    /// <summary>For several segments: those with a delivered receipt already, one bit each from bit 0; null: none.</summary>
    public byte[]? SegmentsDelivered;
}
