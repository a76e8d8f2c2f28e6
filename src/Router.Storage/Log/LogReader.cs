using System.Buffers.Binary;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Log;

/// <summary>Reads what <see cref="LogWriter"/> packed. Copies nothing; 0 B.</summary>
internal ref struct LogReader
{
    private ReadOnlySpan<byte> rest;
    private ReadOnlySpan<byte> group;

    /// <summary>Begins at the first group.</summary>
    /// <exception cref="FormatException">Not a packed commit.</exception>
    public LogReader(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < LogWriter.HeaderLength || packed[0] != LogWriter.Version)
        {
            throw Damaged();
        }

        AtMs = BinaryPrimitives.ReadInt64LittleEndian(packed[1..]);
        rest = packed[LogWriter.HeaderLength..];
    }

    /// <summary>When the commit was made, Unix ms.</summary>
    public long AtMs { get; }

    /// <summary>Tenant of the group.</summary>
    public int Tenant { get; private set; }

    /// <summary>Entries of the group.</summary>
    public int GroupCount { get; private set; }

    /// <summary>Goes on to the next group, whatever of this one was read; false: none.</summary>
    public bool NextGroup()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        if (rest.Length < LogWriter.GroupHeaderLength)
        {
            throw Damaged();
        }

        Tenant = BinaryPrimitives.ReadInt32LittleEndian(rest);
        int length = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        GroupCount = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
        rest = rest[LogWriter.GroupHeaderLength..];
        if ((uint)length > (uint)rest.Length)
        {
            throw Damaged();
        }

        group = rest[..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>Reads the group's next entry; false: none.</summary>
    public bool NextEntry(ref LogRecord record)
    {
        if (group.IsEmpty)
        {
            return false;
        }

        record = default;
        byte head = group[0];
        int kind = head & 0xF;
        record.Entry.Tenant = Tenant;
        record.Entry.HasReference = (head & LogWriter.HasReference) != 0;
        int at = 1;
        if (kind == LogWriter.Accepted)
        {
            ReadAccepted(head, ref record, ref at);
        }
        else
        {
            record.Entry.Kind = (EntryKind)kind;
            record.Entry.HasLeft = (head & LogWriter.HasLeft) != 0;
            ReadEntry(head, ref record, ref at);
        }

        group = group[at..];
        return true;
    }

    private static FormatException Damaged() => new("a commit in the log is not one that Router wrote: the file is damaged");

    private readonly void ReadAccepted(byte head, ref LogRecord record, ref int at)
    {
        ref JournalEntry entry = ref record.Entry;
        int more = (head & LogWriter.HasMoreMarks) != 0 ? group[at++] : 0;
        record.IsAccepted = true;
        record.HasFallback = (more & LogWriter.HasFallback) != 0;
        record.IsPart = (more & LogWriter.IsPart) != 0;
        entry.Kind = EntryKind.Status;
        entry.Direction = (more & LogWriter.IsInbound) != 0 ? MessageDirection.Inbound : MessageDirection.Outbound;
        entry.Status = new AcceptedMessage { Tenant = Tenant, Direction = entry.Direction, IsPart = record.IsPart }.FirstStatus;
        entry.Message = MessageId.Read(group[at..]);
        entry.Contact = ContactId.Read(group[(at + 16)..]);
        entry.Sender = BinaryPrimitives.ReadUInt32LittleEndian(group[(at + 28)..]);
        entry.KeySlot = BinaryPrimitives.ReadUInt32LittleEndian(group[(at + 32)..]);
        at += 36;
        entry.AtMs = ReadTime(ref at);
        if (entry.Direction == MessageDirection.Inbound)
        {
            entry.Provider = (int)ReadVarint(ref at);
            entry.Channel = (Channel)group[at++];
        }

        if ((head & LogWriter.HasKey) != 0)
        {
            record.HasIdempotencyKey = true;
            record.IdempotencyKey = BinaryPrimitives.ReadUInt128LittleEndian(group[at..]);
            record.BodyHash = BinaryPrimitives.ReadUInt64LittleEndian(group[(at + 16)..]);
            at += 24;
        }
    }

    private readonly void ReadEntry(byte head, ref LogRecord record, ref int at)
    {
        ref JournalEntry entry = ref record.Entry;
        entry.AtMs = ReadTime(ref at);
        if ((head & LogWriter.HasKey) != 0)
        {
            entry.ReceiptKey = BinaryPrimitives.ReadUInt64LittleEndian(group[at..]);
            at += 8;
        }

        switch (entry.Kind)
        {
            case EntryKind.Status:
            case EntryKind.SegmentSent:
            case EntryKind.SegmentReceipt:
                entry.Message = MessageId.Read(group[at..]);
                at += 16;
                ReadContact(ref entry, ref at);
                entry.Status = (MessageStatus)group[at++];
                entry.Reason = (Reason)group[at++];
                entry.Attempts = group[at++];
                entry.Segment = group[at++];
                entry.Provider = (int)ReadVarint(ref at);
                if ((head & LogWriter.IsUsage) != 0)
                {
                    entry.Channel = (Channel)(group[at] & ((1 << LogWriter.ChannelBits) - 1));
                    entry.ReceiptScope = (ReceiptScope)(group[at++] >> LogWriter.ChannelBits);
                    entry.Price = (long)ReadVarint(ref at);
                }

                break;
            case EntryKind.Leaving:
            case EntryKind.FallbackDone:
            case EntryKind.PartDone:
                entry.Message = MessageId.Read(group[at..]);
                at += 16;
                ReadContact(ref entry, ref at);
                break;
            case EntryKind.Flags:
                ReadContact(ref entry, ref at);
                entry.Flags = new ContactFlags(BinaryPrimitives.ReadUInt32LittleEndian(group[at..]));
                entry.KeySlot = BinaryPrimitives.ReadUInt32LittleEndian(group[(at + 4)..]);
                at += 8;
                break;
            case EntryKind.Conversation:
                ReadContact(ref entry, ref at);
                entry.Told = (ConversationEvent)group[at++];
                break;
            case EntryKind.Notice:
                entry.Notice = (NoticeKind)group[at++];
                entry.Provider = (int)ReadVarint(ref at);
                break;
            case EntryKind.UnmatchedReceipt:
            case EntryKind.ReceiptDone:
                record.Shard = group[at++];
                entry.Status = (MessageStatus)group[at++];
                entry.Reason = (Reason)group[at++];
                entry.Provider = (int)ReadVarint(ref at);
                break;
            case EntryKind.None:
            default:
                throw Damaged();
        }
    }

    private readonly void ReadContact(ref JournalEntry entry, ref int at)
    {
        entry.Contact = ContactId.Read(group[at..]);
        entry.Sender = BinaryPrimitives.ReadUInt32LittleEndian(group[(at + ContactId.Size)..]);
        at += ContactId.Size + 4;
    }

    private readonly long ReadTime(ref int at)
    {
        ulong zigzag = ReadVarint(ref at);
        return AtMs + ((long)(zigzag >> 1) ^ -(long)(zigzag & 1));
    }

    private readonly ulong ReadVarint(ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = group[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }
}
