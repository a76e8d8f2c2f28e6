using System.Buffers.Binary;
using Router.Core.Messages;

namespace Router.Storage.Lookups;

/// <summary>The key of <see cref="RunKind.List"/>: tenant, status, row key, all big-endian.</summary>
internal static class ListKey
{
    /// <summary>Its bytes.</summary>
    public const int Length = 13;

    /// <summary>Writes it.</summary>
    public static void Write(int tenant, MessageStatus status, long rowKey, Span<byte> to)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, tenant);
        to[4] = (byte)status;
        BinaryPrimitives.WriteInt64BigEndian(to[5..], rowKey);
    }

    /// <summary>The row key of one.</summary>
    public static long RowKey(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[5..]);
}
