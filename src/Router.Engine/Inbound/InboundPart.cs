using System.Buffers.Binary;

namespace Router.Engine.Inbound;

/// <summary>Which part of a message it is, and of which. Lies in the sealed record of a part, in place of a reference.</summary>
/// <param name="Reference">The reference that the parts of one message share.</param>
/// <param name="Parts">Parts of the message, 2 to 255.</param>
/// <param name="Part">This one, from 1.</param>
/// <param name="Provider">The provider's number.</param>
public readonly record struct InboundPart(ushort Reference, byte Parts, byte Part, int Provider)
{
    /// <summary>Bytes of the packed form.</summary>
    public const int Size = 8;

    /// <summary>Packs it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, Reference);
        to[2] = Parts;
        to[3] = Part;
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], Provider);
    }

    /// <summary>Unpacks it.</summary>
    /// <exception cref="FormatException">Not a part: the store is corrupt.</exception>
    public static InboundPart Read(ReadOnlySpan<byte> from) => from.Length == Size && from[2] > 1 && from[3] >= 1 && from[3] <= from[2]
        ? new InboundPart(BinaryPrimitives.ReadUInt16LittleEndian(from), from[2], from[3], BinaryPrimitives.ReadInt32LittleEndian(from[4..]))
        : throw new FormatException("not a part of a message: the store holds bytes that Router did not write");
}
