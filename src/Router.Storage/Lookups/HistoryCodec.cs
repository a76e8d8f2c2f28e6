using System.Buffers.Binary;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Memory;

namespace Router.Storage.Lookups;

/// <summary>A message's entries as an entry of <see cref="RunKind.History"/>: per entry kind 1 · status 1 · reason 1 · segment 1 · provider 4 · at 8.</summary>
internal static class HistoryCodec
{
    /// <summary>Bytes of one entry.</summary>
    public const int EntryLength = 16;

    /// <summary>Writes one.</summary>
    public static void Write(in EventRow entry, Span<byte> to)
    {
        to[0] = (byte)entry.Kind;
        to[1] = (byte)entry.Status;
        to[2] = (byte)entry.Reason;
        to[3] = entry.Segment;
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], entry.Provider);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], entry.AtMs);
    }

    /// <summary>Adds all of <paramref name="from"/>.</summary>
    public static void Read(ReadOnlySpan<byte> from, StructList<EventRow> events)
    {
        for (; from.Length >= EntryLength; from = from[EntryLength..])
        {
            events.Add(new EventRow
            {
                Kind = (EntryKind)from[0],
                Status = (MessageStatus)from[1],
                Reason = (Reason)from[2],
                Segment = from[3],
                Provider = BinaryPrimitives.ReadInt32LittleEndian(from[4..]),
                AtMs = BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
                Previous = -1,
            });
        }
    }
}
