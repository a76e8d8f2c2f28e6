using System.Buffers.Binary;

namespace Router.Providers.Smpp.Protocol;

/// <summary>Optional parameters (SMPP 3.4 §5.3.2) that Router knows.</summary>
internal enum Tag : ushort
{
    /// <summary>The carrier's id of the message a receipt is about.</summary>
    ReceiptedMessageId = 0x001E,

    /// <summary>Reference of a concatenated message.</summary>
    SarMessageReference = 0x020C,

    /// <summary>Segments of a concatenated message.</summary>
    SarTotalSegments = 0x020E,

    /// <summary>Number of a segment, from 1.</summary>
    SarSegmentNumber = 0x020F,

    /// <summary>Interface version of the SMSC, in a bind's response.</summary>
    ScInterfaceVersion = 0x0210,

    /// <summary>Error of the network: type and code.</summary>
    NetworkErrorCode = 0x0423,

    /// <summary>User data that does not fit <c>short_message</c>.</summary>
    MessagePayload = 0x0424,

    /// <summary>State of the message a receipt is about.</summary>
    MessageState = 0x0427,
}

/// <summary>Walks over optional parameters. Ends at the first one that is not whole: what stands before it was readable.</summary>
/// <remarks>Hot path, 0 B.</remarks>
internal ref struct TlvReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>The tag stood on.</summary>
    public Tag Tag { get; private set; }

    /// <summary>Its value.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next one.</summary>
    public bool MoveNext()
    {
        if (rest.Length < 4)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        if (rest.Length - 4 < length)
        {
            return false;
        }

        Tag = (Tag)BinaryPrimitives.ReadUInt16BigEndian(rest);
        Value = rest.Slice(4, length);
        rest = rest[(4 + length)..];
        return true;
    }
}
