using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>Builders for tests: plausible values wherever the test does not care.</summary>
public static class Some
{
    /// <summary>Where the tests' clock stands: 2026-03-01T12:00:00Z in Unix ms.</summary>
    public const long NowMs = 1_772_366_400_000;

    /// <summary>The tag of a sender.</summary>
    public const uint Sender = 0x1234_5678;

    /// <summary>A contact of <paramref name="shard"/>; another <paramref name="number"/> is another contact.</summary>
    public static ContactId Contact(int shard, int number)
    {
        ulong mixed = Mix((ulong)(uint)number + 1);
        return new ContactId((mixed & ~0xFFC0UL) | 0x7000UL | ((ulong)(uint)shard << 6), 0x8000_0000u | (uint)(Mix(mixed) >> 34));
    }

    /// <summary>The <paramref name="number"/>th id of <paramref name="shard"/> after <see cref="NowMs"/>; ids rise with it.</summary>
    public static MessageId Id(int shard, int number = 0) => IdAfter(NowMs, shard, number);

    /// <summary>The <paramref name="number"/>th id of <paramref name="shard"/> later than <paramref name="ms"/>.</summary>
    public static MessageId IdAfter(long ms, int shard, int number) => MessageId.Create(
        ms + 1 + (number / MessageId.PerMillisecond), shard, number % MessageId.PerMillisecond, Mix(((ulong)(uint)shard << 32) | (uint)number));

    /// <summary>A message to keep; its sealed record is added by <see cref="Add(JournalPart, AcceptedMessage, ReadOnlySpan{byte}, IRecordSealer)"/>.</summary>
    public static AcceptedMessage Accepted(
        MessageId id, ContactId? contact = null, int tenant = 1, uint sender = Sender, uint keySlot = 1, ulong previousHead = 0, byte segments = 1) => new()
        {
            Id = id,
            Contact = contact ?? Contact(id.Shard, 0),
            Sender = sender,
            Tenant = tenant,
            KeySlot = keySlot,
            PreviousHead = previousHead,
            AcceptedAtMs = id.UnixMs,
            ValidUntilMs = id.UnixMs + 3_600_000,
            Prefix = (6u << 20) | 393_331,
            Channel = Channel.Sms,
            Purpose = Purpose.Transactional,
            Priority = Priority.Normal,
            Segments = segments,
        };

    /// <summary><paramref name="message"/> with an idempotency key, hashed with its tenant as the port asks.</summary>
    public static AcceptedMessage WithKey(this AcceptedMessage message, ulong key, ulong body = 1)
    {
        message.HasIdempotencyKey = true;
        message.IdempotencyKey = new UInt128(Mix(key + 77), Mix(((ulong)(uint)message.Tenant << 32) ^ key));
        message.BodyHash = body;
        return message;
    }

    /// <summary>A record (<see cref="MessageRecord"/>) for an SMS.</summary>
    public static byte[] Record(string text = "hello", string to = "+393331234567", string from = "+39300", string reference = "", string metadata = "")
    {
        byte[] bytes = new byte[MessageRecord.SizeWithoutFrom(to.Length, Encoding.UTF8.GetByteCount(text), reference.Length, metadata.Length) + MessageRecord.SizeOfFrom(from.Length)];
        int at = MessageRecord.Write(
            Channel.Sms, ContentType.Text, Encoding.UTF8.GetBytes(to), Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(reference), Encoding.UTF8.GetBytes(metadata), bytes);
        MessageRecord.AppendFrom(Encoding.UTF8.GetBytes(from), bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Adds <paramref name="message"/> with its record, sealed, to <paramref name="part"/>; returns what was added.</summary>
    public static AcceptedMessage Add(this JournalPart part, AcceptedMessage message, ReadOnlySpan<byte> record, IRecordSealer sealer)
    {
        message.SealedOffset = part.Sealed.Count;
        message.SealedLength = record.Length + IRecordSealer.Overhead;
        sealer.Seal(message.Tenant, message.KeySlot, message.Id, record, part.Sealed.Add(message.SealedLength));
        part.Accepted.Add(message);
        return message;
    }

    /// <summary>A change of status of <paramref name="of"/>.</summary>
    public static JournalEntry Status(
        in AcceptedMessage of, MessageStatus status, Reason reason = Reason.None, int provider = 0, ulong receiptKey = 0, byte attempts = 0, long atMs = 0) => About(of) with
        {
            Kind = EntryKind.Status,
            Status = status,
            Reason = reason,
            Provider = provider,
            ReceiptKey = receiptKey,
            Attempts = attempts,
            AtMs = atMs != 0 ? atMs : of.AcceptedAtMs + (int)status,
        };

    /// <summary><paramref name="of"/> may leave.</summary>
    public static JournalEntry Leaving(in AcceptedMessage of, long atMs = 0) => About(of) with { Kind = EntryKind.Leaving, AtMs = atMs != 0 ? atMs : of.AcceptedAtMs };

    /// <summary>The fallback of <paramref name="of"/> is done with, or it is awake.</summary>
    public static JournalEntry FallbackDone(in AcceptedMessage of) => About(of) with { Kind = EntryKind.FallbackDone, AtMs = of.AcceptedAtMs + 9 };

    /// <summary>A part of an inbound message is done with.</summary>
    public static JournalEntry PartDone(in AcceptedMessage of) => About(of) with { Kind = EntryKind.PartDone, AtMs = of.AcceptedAtMs };

    /// <summary>A provider took one segment of <paramref name="of"/>.</summary>
    public static JournalEntry SegmentSent(in AcceptedMessage of, byte segment, int provider = 1, ulong receiptKey = 0) => About(of) with
    {
        Kind = EntryKind.SegmentSent,
        Segment = segment,
        Provider = provider,
        ReceiptKey = receiptKey,
        AtMs = of.AcceptedAtMs + 5,
    };

    /// <summary>A receipt for one segment of <paramref name="of"/>.</summary>
    public static JournalEntry SegmentReceipt(in AcceptedMessage of, byte segment, MessageStatus status = MessageStatus.Delivered, int provider = 1) => About(of) with
    {
        Kind = EntryKind.SegmentReceipt,
        Segment = segment,
        Status = status,
        Provider = provider,
        AtMs = of.AcceptedAtMs + 6,
    };

    /// <summary>A change of a contact's flags.</summary>
    public static JournalEntry Flags(ContactId contact, ContactFlags flags, int tenant = 1, uint keySlot = 0, long atMs = NowMs) => new()
    {
        Kind = EntryKind.Flags,
        Tenant = tenant,
        Contact = contact,
        Flags = flags,
        KeySlot = keySlot,
        AtMs = atMs,
    };

    /// <summary>Something told of a conversation.</summary>
    public static JournalEntry Conversation(ConversationId id, ConversationEvent told, int tenant = 1, long atMs = NowMs) => new()
    {
        Kind = EntryKind.Conversation,
        Told = told,
        Tenant = tenant,
        Contact = id.Contact,
        Sender = id.Sender,
        AtMs = atMs,
    };

    /// <summary>A receipt that found no message.</summary>
    public static JournalEntry Unmatched(ulong receiptKey, MessageStatus status = MessageStatus.Delivered, Reason reason = Reason.None, int provider = 1, long atMs = NowMs) => new()
    {
        Kind = EntryKind.UnmatchedReceipt,
        ReceiptKey = receiptKey,
        Status = status,
        Reason = reason,
        Provider = provider,
        AtMs = atMs,
    };

    /// <summary>An unmatched receipt is done.</summary>
    public static JournalEntry ReceiptDone(ulong receiptKey, int provider = 1, long atMs = NowMs) => new()
    {
        Kind = EntryKind.ReceiptDone,
        ReceiptKey = receiptKey,
        Provider = provider,
        AtMs = atMs,
    };

    /// <summary>Spreads the bits of <paramref name="value"/> (SplitMix64): the same in every run.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    private static JournalEntry About(in AcceptedMessage of) => new()
    {
        Tenant = of.Tenant,
        Message = of.Id,
        Contact = of.Contact,
        Sender = of.Sender,
        HasReference = of.HasReference,
    };
}
