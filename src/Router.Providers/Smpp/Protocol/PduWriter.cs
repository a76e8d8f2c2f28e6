using System.Buffers.Binary;

namespace Router.Providers.Smpp.Protocol;

/// <summary>Writes the fields of a PDU in order into a span that is long enough for the largest of its kind, then its length.</summary>
/// <remarks>Hot path, 0 B.</remarks>
internal ref struct PduWriter
{
    private readonly Span<byte> destination;

    /// <summary>Begins a PDU.</summary>
    public PduWriter(Span<byte> destination, Command command, uint status, uint sequence)
    {
        this.destination = destination;
        Length = new PduHeader(0, command, status, sequence).Write(destination);
    }

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>Room that is left.</summary>
    public readonly Span<byte> Free => destination[Length..];

    /// <summary>One octet.</summary>
    public void Byte(byte value) => destination[Length++] = value;

    /// <summary>Octets as they are.</summary>
    public void Octets(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(Free);
        Length += value.Length;
    }

    /// <summary>A C-octet string.</summary>
    public void CString(scoped ReadOnlySpan<byte> value)
    {
        Octets(value);
        Byte(0);
    }

    /// <summary>An optional parameter (§5.3.1) that is a number of <paramref name="octets"/> octets, 1 or 2.</summary>
    public void Parameter(Tag tag, ushort value, int octets)
    {
        ParameterHeader(tag, (ushort)octets);
        if (octets == 2)
        {
            Byte((byte)(value >> 8));
        }

        Byte((byte)value);
    }

    /// <summary>Tag and length of an optional parameter whose value follows.</summary>
    public void ParameterHeader(Tag tag, ushort length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Free, (ushort)tag);
        BinaryPrimitives.WriteUInt16BigEndian(Free[2..], length);
        Length += 4;
    }

    /// <summary>Counts what the caller wrote into <see cref="Free"/>.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Sets the PDU's length and returns it.</summary>
    public readonly int Finish()
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Length);
        return Length;
    }
}
