using System.Buffers.Binary;

namespace Router.Providers.Smpp.Protocol;

/// <summary>What the first bytes of a stream hold.</summary>
internal enum FrameState : byte
{
    /// <summary>Not a whole PDU yet.</summary>
    Incomplete = 0,

    /// <summary>A whole PDU.</summary>
    Whole = 1,

    /// <summary>A length outside 16 bytes to 64 KiB: the stream cannot be followed any more.</summary>
    Broken = 2,
}

/// <summary>The 16 bytes before each PDU (SMPP 3.4 §3.2): length, command, status, sequence number.</summary>
internal readonly record struct PduHeader(int Length, Command Command, uint Status, uint Sequence)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 16;

    /// <summary>Longest PDU taken: message_payload may hold 64 KiB by the letter, receipts and inbound messages hold a few hundred bytes.</summary>
    public const int LengthMax = 64 * 1024;

    /// <summary>Looks at the first PDU of <paramref name="stream"/>; <paramref name="header"/> is set when it is whole, and when it is broken as far as it can be read.</summary>
    public static FrameState Read(ReadOnlySpan<byte> stream, out PduHeader header)
    {
        header = default;
        if (stream.Length < 4)
        {
            return FrameState.Incomplete;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(stream);
        if (length is < Size or > LengthMax)
        {
            header = new PduHeader(0, 0, 0, stream.Length >= Size ? BinaryPrimitives.ReadUInt32BigEndian(stream[12..]) : 0);
            return FrameState.Broken;
        }

        if (stream.Length < length)
        {
            return FrameState.Incomplete;
        }

        header = new PduHeader(
            (int)length, (Command)BinaryPrimitives.ReadUInt32BigEndian(stream[4..]), BinaryPrimitives.ReadUInt32BigEndian(stream[8..]), BinaryPrimitives.ReadUInt32BigEndian(stream[12..]));
        return FrameState.Whole;
    }

    /// <summary>Writes the header; returns <see cref="Size"/>.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)Command);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Status);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Sequence);
        return Size;
    }

    /// <summary>Writes a PDU of a header alone; returns its length.</summary>
    public static int WriteAlone(Command command, uint status, uint sequence, Span<byte> destination) =>
        new PduHeader(Size, command, status, sequence).Write(destination);
}
