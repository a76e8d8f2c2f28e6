using System.Buffers.Binary;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Storage.Log;

/// <summary>
/// Packs what a commit adds to the log: one run of bytes, grouped by tenant so that a reader of one tenant skips the others. Writer's thread only.
/// </summary>
/// <remarks>
/// Hot path, 0 B. Version 1 · 8 bytes Unix ms of the commit, then groups: tenant 4 · length of the entries 4 · their number 4 · entries. An entry: one byte of kind
/// (low 4 bits) and marks, then by kind what <see cref="LogReader"/> reads. About 45 B an accepted message, 45 B a status. Little-endian.
/// </remarks>
internal sealed class LogWriter
{
    /// <summary>The version written.</summary>
    public const byte Version = 1;

    /// <summary>Bytes before the first group.</summary>
    public const int HeaderLength = 9;

    /// <summary>Bytes before the entries of a group.</summary>
    public const int GroupHeaderLength = 12;

    /// <summary>The kind of an accepted message, which no <see cref="EntryKind"/> has.</summary>
    public const int Accepted = 7;

    /// <summary>The message has a reference.</summary>
    public const int HasReference = 0x10;

    /// <summary>An idempotency key, a receipt key or a reason follows.</summary>
    public const int HasKey = 0x20;

    /// <summary>See <see cref="JournalEntry.HasLeft"/>.</summary>
    public const int HasLeft = 0x40;

    /// <summary>Of a status or a segment: it is usage, its channel and price are the last of it.</summary>
    public const int IsUsage = 0x80;

    /// <summary>Bits of the byte of a channel that are the channel; above them is what a receipt will tell of, where one is awaited.</summary>
    public const int ChannelBits = 6;

    /// <summary>Of an accepted message: a byte of more marks follows its kind.</summary>
    public const int HasMoreMarks = 0x40;

    /// <summary>More marks: it is inbound; its provider and channel follow the time.</summary>
    public const int IsInbound = 1;

    /// <summary>More marks: it has a fallback.</summary>
    public const int HasFallback = 4;

    /// <summary>More marks: it is a part of an inbound message.</summary>
    public const int IsPart = 8;

    // 2 kind and marks + 16 id + 12 contact + 4 sender + 10 time + 4 slot + 5 provider + 1 channel + 24 idempotency, rounded up.
    private const int EntryLengthMax = 80;

    private readonly ByteList packed = new(64 * 1024);
    private readonly Dictionary<int, int> groupOf = [];
    private readonly List<ByteList> groups = [];
    private readonly List<(int Tenant, int Count)> heads = [];
    private long commitAtMs;
    private int lastTenant;
    private int lastGroup = -1;

    /// <summary>Entries so far.</summary>
    public int Count { get; private set; }

    /// <summary>Begins a commit.</summary>
    public void Begin(long atMs)
    {
        commitAtMs = atMs;
        Count = 0;
        packed.Clear();
        groupOf.Clear();
        heads.Clear();
        lastGroup = -1;
    }

    /// <summary>Adds an accepted message.</summary>
    public void Add(in AcceptedMessage message)
    {
        ByteList group = GroupOf(message.Tenant);
        Span<byte> to = group.Add(EntryLengthMax);
        int more = (message.Direction == MessageDirection.Inbound ? IsInbound : 0) | (message.Fallback != default ? HasFallback : 0) | (message.IsPart ? IsPart : 0);
        to[0] = (byte)(Accepted | (message.HasReference ? HasReference : 0) | (message.HasIdempotencyKey ? HasKey : 0) | (more != 0 ? HasMoreMarks : 0));
        int at = 1;
        if (more != 0)
        {
            to[at++] = (byte)more;
        }

        message.Id.Write(to[at..]);
        message.Contact.Write(to[(at + 16)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[(at + 28)..], message.Sender);
        BinaryPrimitives.WriteUInt32LittleEndian(to[(at + 32)..], message.KeySlot);
        at += 36;
        PutTime(message.AcceptedAtMs, to, ref at);
        if ((more & IsInbound) != 0)
        {
            PutVarint((uint)message.Provider, to, ref at);
            to[at++] = (byte)message.Channel;
        }

        if (message.HasIdempotencyKey)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(to[at..], message.IdempotencyKey);
            BinaryPrimitives.WriteUInt64LittleEndian(to[(at + 16)..], message.BodyHash);
            at += 24;
        }

        group.RemoveLast(EntryLengthMax - at);
    }

    /// <summary>Adds an entry of <paramref name="shard"/>.</summary>
    public void Add(in JournalEntry entry, int shard)
    {
        // Both in one group, so that a receipt kept and forgotten in one commit is read in that order.
        ByteList group = GroupOf(entry.Kind is EntryKind.UnmatchedReceipt or EntryKind.ReceiptDone ? 0 : entry.Tenant);
        Span<byte> to = group.Add(EntryLengthMax);
        to[0] = (byte)((int)entry.Kind | (entry.HasReference ? HasReference : 0) | (entry.ReceiptKey != 0 ? HasKey : 0) | (entry.HasLeft ? HasLeft : 0));
        int at = 1;
        PutTime(entry.AtMs, to, ref at);
        if (entry.ReceiptKey != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to[at..], entry.ReceiptKey);
            at += 8;
        }

        switch (entry.Kind)
        {
            case EntryKind.Status:
            case EntryKind.SegmentSent:
            case EntryKind.SegmentReceipt:
                entry.Message.Write(to[at..]);
                PutContact(entry, to[(at + 16)..]);
                at += 16 + ContactId.Size + 4;
                to[at++] = (byte)entry.Status;
                to[at++] = (byte)entry.Reason;
                to[at++] = entry.Attempts;
                to[at++] = entry.Segment;
                PutVarint((uint)entry.Provider, to, ref at);
                if (entry.Channel != Channel.None)
                {
                    to[0] |= IsUsage;
                    to[at++] = (byte)((int)entry.Channel | ((int)entry.ReceiptScope << ChannelBits));
                    PutVarint((ulong)entry.Price, to, ref at);
                }

                break;
            case EntryKind.Leaving:
            case EntryKind.FallbackDone:
            case EntryKind.PartDone:
                entry.Message.Write(to[at..]);
                PutContact(entry, to[(at + 16)..]);
                at += 16 + ContactId.Size + 4;
                break;
            case EntryKind.Flags:
                PutContact(entry, to[at..]);
                at += ContactId.Size + 4;
                BinaryPrimitives.WriteUInt32LittleEndian(to[at..], entry.Flags.Bits);
                BinaryPrimitives.WriteUInt32LittleEndian(to[(at + 4)..], entry.KeySlot);
                at += 8;
                break;
            case EntryKind.Conversation:
                PutContact(entry, to[at..]);
                at += ContactId.Size + 4;
                to[at++] = (byte)entry.Told;
                break;
            case EntryKind.Notice:
                to[at++] = (byte)entry.Notice;
                PutVarint((uint)entry.Provider, to, ref at);
                break;
            case EntryKind.UnmatchedReceipt:
            case EntryKind.ReceiptDone:
                to[at++] = (byte)shard;
                to[at++] = (byte)entry.Status;
                to[at++] = (byte)entry.Reason;
                PutVarint((uint)entry.Provider, to, ref at);
                break;
            case EntryKind.None:
            default:
                throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, "not an entry");
        }

        group.RemoveLast(EntryLengthMax - at);
    }

    /// <summary>The packed commit; valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        Span<byte> header = packed.Add(HeaderLength);
        header[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(header[1..], commitAtMs);
        for (int i = 0; i < heads.Count; i++)
        {
            ReadOnlySpan<byte> entries = groups[i].Span;
            Span<byte> to = packed.Add(GroupHeaderLength + entries.Length);
            BinaryPrimitives.WriteInt32LittleEndian(to, heads[i].Tenant);
            BinaryPrimitives.WriteInt32LittleEndian(to[4..], entries.Length);
            BinaryPrimitives.WriteInt32LittleEndian(to[8..], heads[i].Count);
            entries.CopyTo(to[GroupHeaderLength..]);
        }

        return packed.Span;
    }

    /// <summary>What <see cref="Finish"/> returned last.</summary>
    public ReadOnlySpan<byte> Finished => packed.Span;

    private static void PutContact(in JournalEntry entry, Span<byte> to)
    {
        entry.Contact.Write(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[ContactId.Size..], entry.Sender);
    }

    // Times lie near the commit's: zigzag, so that a clock set back costs a byte, not an error.
    private void PutTime(long atMs, Span<byte> to, ref int at)
    {
        long difference = atMs - commitAtMs;
        PutVarint((ulong)((difference << 1) ^ (difference >> 63)), to, ref at);
    }

    private static void PutVarint(ulong value, Span<byte> to, ref int at)
    {
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
    }

    private ByteList GroupOf(int tenant)
    {
        Count++;
        if (tenant != lastTenant || lastGroup < 0)
        {
            if (!groupOf.TryGetValue(tenant, out lastGroup))
            {
                lastGroup = heads.Count;
                groupOf.Add(tenant, lastGroup);
                heads.Add((tenant, 0));
                if (groups.Count == lastGroup)
                {
                    groups.Add(new ByteList(4096));
                }

                groups[lastGroup].Clear();
            }

            lastTenant = tenant;
        }

        heads[lastGroup] = (tenant, heads[lastGroup].Count + 1);
        return groups[lastGroup];
    }
}
