using System.Runtime.InteropServices;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>A message touched by a generation's commits: 24 B.</summary>
internal struct MessageRow : IRow<long>
{
    /// <summary><see cref="MessageId.RowKey"/>.</summary>
    public long RowKey;

    /// <summary>Ordinal of its last event in the generation; the events before it are chained.</summary>
    public int LastEvent;

    /// <summary>Tenant's number.</summary>
    public int Tenant;

    /// <summary>The last status in the generation; none when only segments were touched.</summary>
    public MessageStatus Status;

    /// <summary>Tries kept.</summary>
    public byte Attempts;

    /// <summary>Whether there are entries of single segments.</summary>
    public bool HasSegments;

    /// <summary>What the generation says of its leaving.</summary>
    public LeavingState Leaving;

    /// <inheritdoc/>
    public readonly long Key => RowKey;

    /// <inheritdoc/>
    // Row keys are times and counters: multiplied by 2⁶⁴/φ, the top half is well mixed.
    public static uint Hash(long key) => (uint)(((ulong)key * 0x9E37_79B9_7F4A_7C15) >> 32);
}

/// <summary>One entry of a message: 20 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EventRow
{
    /// <summary>Unix ms.</summary>
    public long AtMs;

    /// <summary>Ordinal of the message's entry before it in the generation; -1: none.</summary>
    public int Previous;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>Status, segment or receipt.</summary>
    public EntryKind Kind;

    /// <summary>The status.</summary>
    public MessageStatus Status;

    /// <summary>Its reason.</summary>
    public Reason Reason;

    /// <summary>Segment, from 0.</summary>
    public byte Segment;
}

/// <summary>A receipt awaited: 24 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ReceiptRow : IRow<ulong>
{
    /// <summary>See <see cref="JournalEntry.ReceiptKey"/>.</summary>
    public ulong ReceiptKey;

    /// <summary>The message.</summary>
    public long RowKey;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>The segment, from 0.</summary>
    public byte Segment;

    /// <inheritdoc/>
    public readonly ulong Key => ReceiptKey;

    /// <inheritdoc/>
    public static uint Hash(ulong key) => (uint)key;
}

/// <summary>Whether a message may have left without an answer.</summary>
internal enum LeavingState : byte
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>Its last <see cref="EntryKind.Leaving"/> has no answer.</summary>
    Open = 1,

    /// <summary>It is answered.</summary>
    Answered = 2,
}

/// <summary>A contact with departures in a generation: 20 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct DeparturesRow : IRow<ContactId>
{
    /// <summary>The contact.</summary>
    public ContactId Contact;

    /// <summary>Ordinal of its last departure.</summary>
    public int Last;

    /// <inheritdoc/>
    public readonly ContactId Key => Contact;

    /// <inheritdoc/>
    public static uint Hash(ContactId key) => ContactRow.Hash(key);
}

/// <summary>A departure that counts for a recipient's limit: 12 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct DepartureRow
{
    /// <summary>Unix ms; not before it left.</summary>
    public long AtMs;

    /// <summary>Ordinal of the contact's departure before it in the generation; -1: none.</summary>
    public int Previous;
}

/// <summary>An idempotency key: 40 B.</summary>
internal struct IdempotencyRow : IRow<UInt128>
{
    /// <summary>Keyed hash of tenant and key.</summary>
    public UInt128 KeyHash;

    /// <summary>The first message.</summary>
    public MessageId Id;

    /// <summary>Hash of its body.</summary>
    public ulong BodyHash;

    /// <inheritdoc/>
    public readonly UInt128 Key => KeyHash;

    /// <inheritdoc/>
    public static uint Hash(UInt128 key) => (uint)(ulong)key;
}

/// <summary>What commits said of a contact; what is not set is as it was before: 40 B.</summary>
internal struct ContactRow : IRow<ContactId>
{
    /// <summary>The contact.</summary>
    public ContactId Contact;

    /// <summary>Its flags, if <see cref="HasFlags"/>.</summary>
    public ContactFlags Flags;

    /// <summary>Head of its last message; 0: none since.</summary>
    public ulong LastHead;

    /// <summary>Sender used last, if <see cref="LastHead"/>.</summary>
    public uint LastSender;

    /// <summary>Slot of its salt; 0: not said.</summary>
    public uint KeySlot;

    /// <summary>Whether flags were set.</summary>
    public bool HasFlags;

    /// <inheritdoc/>
    public readonly ContactId Key => Contact;

    /// <inheritdoc/>
    // The low bits of High hold the shard and are the same for a whole part: take bits above the version.
    public static uint Hash(ContactId key) => (uint)(key.High >> 16) ^ key.Low;

    /// <summary>Whether everything is set, so that the file need not be asked.</summary>
    public readonly bool IsWhole => HasFlags && KeySlot != 0 && LastHead != 0;

    /// <summary>Lays what a newer row sets over this one.</summary>
    public void Add(in ContactRow newer)
    {
        Flags = newer.HasFlags ? newer.Flags : Flags;
        HasFlags |= newer.HasFlags;
        KeySlot = newer.KeySlot != 0 ? newer.KeySlot : KeySlot;
        LastSender = newer.LastHead != 0 ? newer.LastSender : LastSender;
        LastHead = newer.LastHead != 0 ? newer.LastHead : LastHead;
    }

    /// <summary>Lays what is set over <paramref name="stored"/>.</summary>
    public readonly void Overlay(ref StoredContact stored)
    {
        stored.Found = true;
        if (HasFlags)
        {
            stored.Flags = Flags;
        }

        if (KeySlot != 0)
        {
            stored.KeySlot = KeySlot;
        }

        if (LastHead != 0)
        {
            stored.LastHead = LastHead;
            stored.LastSender = LastSender;
        }
    }
}
