using System.Buffers.Binary;

namespace Router.Engine.Shards;

/// <summary>
/// The opened records just accepted, in a ring of bytes: the newest overwrite the oldest. A record is found by the place where it was put, as long as it is there.
/// </summary>
/// <remarks>
/// Hot path, 0 B. Places count bytes ever put, modulo 2³², so each record carries its message's head: a place that is 4 GiB old never shows another's record.
/// A record never wraps. Single owner.
/// </remarks>
internal sealed class RecordRing(int size)
{
    private const int HeaderBytes = 8 + 4;
    private readonly byte[] bytes = new byte[size];
    private ulong end;

    /// <summary>Room for the record of the message <paramref name="head"/>, at <paramref name="at"/>.</summary>
    public Span<byte> Put(ulong head, int length, out uint at)
    {
        int need = HeaderBytes + length;
        int offset = (int)(end % (ulong)bytes.Length);
        if (offset + need > bytes.Length)
        {
            end += (ulong)(bytes.Length - offset);
            offset = 0;
        }

        at = (uint)end;
        end += (ulong)need;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), head);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset + 8), length);
        return bytes.AsSpan(offset + HeaderBytes, length);
    }

    /// <summary>The record of <paramref name="head"/> put at <paramref name="at"/>; false when it was overwritten.</summary>
    public bool TryGet(ulong head, uint at, out ReadOnlySpan<byte> record)
    {
        uint age = (uint)end - at;
        if (age != 0 && age <= (uint)bytes.Length && age <= end)
        {
            int offset = (int)((end - age) % (ulong)bytes.Length);
            if (offset + HeaderBytes <= bytes.Length && BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(offset)) == head)
            {
                record = bytes.AsSpan(offset + HeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset + 8)));
                return true;
            }
        }

        record = default;
        return false;
    }

    /// <summary>Wipes everything.</summary>
    public void Wipe()
    {
        Array.Clear(bytes);
        end += (ulong)bytes.Length;
    }
}
