using System.Buffers.Binary;
using System.Buffers.Text;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.FrontDoor.Positions;

/// <summary>
/// Opaque positions (DESIGN §6): sixteen bytes, one block under the installation's key, as 22 base64url characters. Inside: what it is a position in, the tenant, the place.
/// A position of another tenant or of another list does not open.
/// </summary>
internal static class Cursor
{
    /// <summary>Characters of a position.</summary>
    internal const int Length = 22;

    // The first byte: keeps positions in the list, positions in the log and ids of events apart.
    private const byte ListKind = 1;
    private const byte LogKind = 2;
    private const byte EventIdKind = 3;
    private const byte ConversationKind = 4;
    private const byte AuditKind = 12;

    /// <summary>A position in the list of messages: before <paramref name="head"/>.</summary>
    internal static string OfList(IKeyedHash hash, int tenant, ulong head) => OfHead(hash, ListKind, tenant, head);

    /// <summary>A position in the list of conversations: last active before <paramref name="head"/>.</summary>
    internal static string OfConversations(IKeyedHash hash, int tenant, ulong head) => OfHead(hash, ConversationKind, tenant, head);

    /// <summary>Reads what <see cref="OfConversations"/> made for the same tenant.</summary>
    internal static bool TryReadConversations(IKeyedHash hash, int tenant, ReadOnlySpan<char> text, out ulong head) =>
        TryReadHead(hash, ConversationKind, tenant, text, out head);

    /// <summary>Reads what <see cref="OfList"/> made for the same tenant.</summary>
    internal static bool TryReadList(IKeyedHash hash, int tenant, ReadOnlySpan<char> text, out ulong head) => TryReadHead(hash, ListKind, tenant, text, out head);

    /// <summary>A position in the log of changes, the tenant's (0: the operator's): before <paramref name="place"/>.</summary>
    internal static string OfAudit(IKeyedHash hash, int tenant, long place) => OfHead(hash, AuditKind, tenant, (ulong)place);

    /// <summary>Reads what <see cref="OfAudit"/> made for the same tenant.</summary>
    internal static bool TryReadAudit(IKeyedHash hash, int tenant, ReadOnlySpan<char> text, out long place)
    {
        bool read = TryReadHead(hash, AuditKind, tenant, text, out ulong head);
        place = (long)head;
        return read;
    }

    /// <summary>Writes 22 bytes: a position in the tenant's log of events.</summary>
    internal static void WriteLog(IKeyedHash hash, int tenant, LogPosition position, Span<byte> text) =>
        Write(hash.Cloak(Pack(LogKind, tenant, position)), text);

    /// <summary>Reads what <see cref="WriteLog"/> made for the same tenant.</summary>
    internal static bool TryReadLog(IKeyedHash hash, int tenant, ReadOnlySpan<char> text, out LogPosition position)
    {
        position = default;
        if (!TryRead(hash, text, out UInt128 open))
        {
            return false;
        }

        var read = new LogPosition((long)(ulong)(open >> 56) & 0xFFFF_FFFF_FFFF, (int)(uint)(open >> 32) & 0xFF_FFFF);
        if (Pack(LogKind, tenant, read) != open)
        {
            return false;
        }

        position = read;
        return true;
    }

    /// <summary>
    /// Two blocks an event, all in one call of the cipher: its position (for <see cref="Write"/>), then bits that are the same whenever the event is told, and no other's (for its id).
    /// </summary>
    internal static void OfEvents(IKeyedHash hash, int tenant, ReadOnlySpan<LogEvent> events, Span<UInt128> blocks)
    {
        for (int i = 0; i < events.Length; i++)
        {
            blocks[2 * i] = Pack(LogKind, tenant, events[i].Position);
            blocks[(2 * i) + 1] = Pack(EventIdKind, tenant, events[i].Position);
        }

        hash.Cloak(blocks[..(2 * events.Length)]);
    }

    // 8 bits kind · 16 bits zero · 48 bits commit · 24 bits index · 32 bits tenant. 2^48 commits: 8,900 years of a thousand a second; a commit packs fewer than 2^24 entries.
    private static UInt128 Pack(byte kind, int tenant, LogPosition position) =>
        ((UInt128)kind << 120) | ((UInt128)((ulong)position.Commit & 0xFFFF_FFFF_FFFF) << 56) | ((UInt128)((uint)position.Index & 0xFF_FFFF) << 32) | (uint)tenant;

    /// <summary>Writes a cloaked block as 22 bytes.</summary>
    internal static void Write(UInt128 cloaked, Span<byte> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, cloaked);
        Base64Url.EncodeToUtf8(bytes, text, out _, out _);
    }

    private static string OfHead(IKeyedHash hash, byte kind, int tenant, ulong head)
    {
        Span<byte> text = stackalloc byte[Length];
        // 8 bits kind · 24 bits check (zero) · 32 bits tenant · 64 bits head.
        Write(hash.Cloak(new UInt128(((ulong)kind << 56) | (uint)tenant, head)), text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private static bool TryReadHead(IKeyedHash hash, byte kind, int tenant, ReadOnlySpan<char> text, out ulong head)
    {
        head = 0;
        if (!TryRead(hash, text, out UInt128 open) || (ulong)(open >> 64) != (((ulong)kind << 56) | (uint)tenant))
        {
            return false;
        }

        head = (ulong)open;
        return head != 0;
    }

    private static bool TryRead(IKeyedHash hash, ReadOnlySpan<char> text, out UInt128 open)
    {
        open = default;
        Span<byte> bytes = stackalloc byte[18];
        if (text.Length != Length
            || Base64Url.DecodeFromChars(text, bytes, out int consumed, out int written) != System.Buffers.OperationStatus.Done
            || consumed != Length || written != 16)
        {
            return false;
        }

        open = hash.Uncloak(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return true;
    }
}
