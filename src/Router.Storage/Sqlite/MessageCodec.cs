using System.Buffers.Binary;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Sqlite;

/// <summary>
/// A message's row: what stays in clear in a fixed part, then the sealed record. One blob, because every column more costs the insert.
/// The row's key is <see cref="MessageId.RowKey"/>, the head of the id.
/// </summary>
/// <remarks>
/// Hot path, 0 B. Little-endian but for ids: version 1 · tail of the id 8 · contact 12 · sender 4 · tenant 4 · key slot 4 · previous head 8 · accepted at 8 · not before 8 ·
/// valid until 8 · prefix 4 · channel 1 · purpose 1 · priority 1 (its highest bit: media) · segments 1 · marks 1 (1: reference, 2: idempotency key,
/// 4: inbound, 8: inbound a part, outbound what confirms a STOP, 16: dormant, 32: region, 64: fallback, 128: trace). Then what the marks say, in their order: region 4 · fallback 16 and its seconds 4 · trace 24.
/// </remarks>
internal static class MessageCodec
{
    /// <summary>Bytes of the fixed part.</summary>
    public const int FixedLength = 1 + 8 + ContactId.Size + 4 + 4 + 4 + 8 + 8 + 8 + 8 + 4 + 5;

    /// <summary>Bytes before the sealed record at most.</summary>
    public const int ClearLengthMax = FixedLength + RegionLength + FallbackLength + TraceContext.Size;

    private const byte Version = 1;
    private const int MarksAt = FixedLength - 1;
    private const int HasReference = 1;
    private const int HasIdempotencyKey = 2;
    private const byte MediaBit = 0x80;
    private const int Inbound = 4;
    private const int PartOrConfirmation = 8;
    private const int IsDormant = 16;
    private const int HasRegion = 32;
    private const int HasFallback = 64;
    private const int HasTrace = 128;
    private const int RegionLength = 4;
    private const int FallbackLength = 16 + 4;

    /// <summary>Writes what stands before the sealed record; returns its length.</summary>
    public static int Write(in AcceptedMessage message, Span<byte> to)
    {
        to[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(to[1..], message.Id.Tail);
        message.Contact.Write(to[9..]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[21..], message.Sender);
        BinaryPrimitives.WriteInt32LittleEndian(to[25..], message.Tenant);
        BinaryPrimitives.WriteUInt32LittleEndian(to[29..], message.KeySlot);
        BinaryPrimitives.WriteUInt64LittleEndian(to[33..], message.PreviousHead);
        BinaryPrimitives.WriteInt64LittleEndian(to[41..], message.AcceptedAtMs);
        BinaryPrimitives.WriteInt64LittleEndian(to[49..], message.NotBeforeMs);
        BinaryPrimitives.WriteInt64LittleEndian(to[57..], message.ValidUntilMs);
        BinaryPrimitives.WriteUInt32LittleEndian(to[65..], message.Prefix);
        to[69] = (byte)message.Channel;
        to[70] = (byte)message.Purpose;
        to[71] = (byte)((byte)message.Priority | (message.IsMedia ? MediaBit : 0));
        to[72] = message.Segments;
        to[MarksAt] = (byte)((message.HasReference ? HasReference : 0) | (message.HasIdempotencyKey ? HasIdempotencyKey : 0) | (message.Direction == MessageDirection.Inbound ? Inbound : 0)
            | (message.IsPart || message.ConfirmsStop ? PartOrConfirmation : 0) | (message.IsDormant ? IsDormant : 0) | (message.Region != 0 ? HasRegion : 0)
            | (message.Fallback != default ? HasFallback : 0) | (message.Trace.IsRecorded ? HasTrace : 0));
        int at = FixedLength;
        if (message.Region != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[at..], message.Region);
            at += RegionLength;
        }

        if (message.Fallback != default)
        {
            message.Fallback.Write(to[at..]);
            BinaryPrimitives.WriteInt32LittleEndian(to[(at + 16)..], message.FallbackAfterSeconds);
            at += FallbackLength;
        }

        if (message.Trace.IsRecorded)
        {
            message.Trace.Write(to[at..]);
            at += TraceContext.Size;
        }

        return at;
    }

    /// <summary>Reads what stands before the sealed record in the row with <paramref name="rowKey"/>.</summary>
    /// <exception cref="FormatException">Not such a row: the file is damaged.</exception>
    public static void Read(long rowKey, ReadOnlySpan<byte> from, out AcceptedMessage message)
    {
        Check(from);
        message = new AcceptedMessage
        {
            Id = new MessageId(MessageId.ToHead(rowKey), Tail(from)),
            Contact = ContactId.Read(from[9..]),
            Sender = BinaryPrimitives.ReadUInt32LittleEndian(from[21..]),
            Tenant = BinaryPrimitives.ReadInt32LittleEndian(from[25..]),
            KeySlot = BinaryPrimitives.ReadUInt32LittleEndian(from[29..]),
            PreviousHead = BinaryPrimitives.ReadUInt64LittleEndian(from[33..]),
            AcceptedAtMs = BinaryPrimitives.ReadInt64LittleEndian(from[41..]),
            NotBeforeMs = BinaryPrimitives.ReadInt64LittleEndian(from[49..]),
            ValidUntilMs = BinaryPrimitives.ReadInt64LittleEndian(from[57..]),
            Prefix = BinaryPrimitives.ReadUInt32LittleEndian(from[65..]),
            Channel = (Channel)from[69],
            Purpose = (Purpose)from[70],
            Priority = (Priority)(from[71] & ~MediaBit),
            IsMedia = (from[71] & MediaBit) != 0,
            Segments = from[72],
            HasReference = (from[MarksAt] & HasReference) != 0,
            HasIdempotencyKey = (from[MarksAt] & HasIdempotencyKey) != 0,
            Direction = (from[MarksAt] & Inbound) != 0 ? MessageDirection.Inbound : MessageDirection.Outbound,
            IsPart = (from[MarksAt] & (Inbound | PartOrConfirmation)) == (Inbound | PartOrConfirmation),
            ConfirmsStop = (from[MarksAt] & (Inbound | PartOrConfirmation)) == PartOrConfirmation,
            IsDormant = (from[MarksAt] & IsDormant) != 0,
            SealedLength = from.Length - ClearLength(from),
        };
        int at = FixedLength;
        if ((from[MarksAt] & HasRegion) != 0)
        {
            message.Region = BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);
            at += RegionLength;
        }

        if ((from[MarksAt] & HasFallback) != 0)
        {
            message.Fallback = MessageId.Read(from[at..]);
            message.FallbackAfterSeconds = BinaryPrimitives.ReadInt32LittleEndian(from[(at + 16)..]);
            at += FallbackLength;
        }

        if ((from[MarksAt] & HasTrace) != 0)
        {
            message.Trace = TraceContext.Read(from[at..]);
        }
    }

    /// <summary>The sealed record of a row.</summary>
    public static ReadOnlySpan<byte> Sealed(ReadOnlySpan<byte> from)
    {
        Check(from);
        return from[ClearLength(from)..];
    }

    /// <summary>The tail of the id.</summary>
    public static ulong Tail(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadUInt64BigEndian(from[1..]);

    private static int ClearLength(ReadOnlySpan<byte> from) =>
        FixedLength + ((from[MarksAt] & HasRegion) != 0 ? RegionLength : 0) + ((from[MarksAt] & HasFallback) != 0 ? FallbackLength : 0)
        + ((from[MarksAt] & HasTrace) != 0 ? TraceContext.Size : 0);

    private static void Check(ReadOnlySpan<byte> from)
    {
        if (from.Length < FixedLength || from[0] != Version || from.Length < ClearLength(from))
        {
            throw new FormatException("a message's row is not one that Router wrote: the file is damaged");
        }
    }
}
