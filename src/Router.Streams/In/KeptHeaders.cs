using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;

namespace Router.Streams.In;

/// <summary>
/// The headers of a record that its dead letter would keep, as bytes: they stay beside its value until it is settled. The client's own are many small objects of any size. Each is its name and its value, each with
/// its length in two bytes.
/// </summary>
/// <remarks>Hot path: writing is 0 B.</remarks>
internal static class KeptHeaders
{
    /// <summary>Of one record; those for which there is no room are left out, as a letter leaves them out.</summary>
    public const int BytesMax = DeadRecords.KeptBytesMax;

    /// <summary>Writes those of <paramref name="headers"/>; returns how many bytes.</summary>
    public static int Write(Headers headers, Span<byte> bytes)
    {
        IReadOnlyList<IHeader> all = headers.BackingList;
        int length = 0;
        for (int i = 0; i < all.Count; i++)
        {
            IHeader header = all[i];
            if (!DeadRecords.Keeps(header))
            {
                continue;
            }

            int nameLength = Encoding.UTF8.GetByteCount(header.Key);
            if (bytes.Length - length < 4 + nameLength + header.GetValueBytes().Length)
            {
                break;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(bytes[length..], (ushort)nameLength);
            length += 2 + Encoding.UTF8.GetBytes(header.Key, bytes[(length + 2)..]);
            ReadOnlySpan<byte> value = header.GetValueBytes();
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[length..], (ushort)value.Length);
            value.CopyTo(bytes[(length + 2)..]);
            length += 2 + value.Length;
        }

        return length;
    }

    /// <summary>Reads back what was written.</summary>
    public static Headers Read(ReadOnlySpan<byte> bytes)
    {
        Headers headers = [];
        while (!bytes.IsEmpty)
        {
            string name = Encoding.UTF8.GetString(Take(ref bytes));
            headers.Add(name, Take(ref bytes).ToArray());
        }

        return headers;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes)
    {
        int end = 2 + BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        ReadOnlySpan<byte> taken = bytes[2..end];
        bytes = bytes[end..];
        return taken;
    }
}
