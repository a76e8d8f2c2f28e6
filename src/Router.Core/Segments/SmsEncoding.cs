namespace Router.Core.Segments;

/// <summary>How a text goes over the air (3GPP TS 23.038).</summary>
public enum SmsEncoding : byte
{
    /// <summary>GSM 7 bit default alphabet with its extension table (§6.2.1); SMPP <c>data_coding</c> 0, one septet a byte, not packed.</summary>
    Gsm7 = 0,

    /// <summary>UCS-2 (§6.2.3), in practice UTF-16 big-endian; SMPP <c>data_coding</c> 8.</summary>
    Ucs2 = 8,
}

/// <summary>Width of the reference that binds the segments of a long message together (3GPP TS 23.040 §9.2.3.24.1 and §9.2.3.24.8).</summary>
public enum SmsReference : byte
{
    /// <summary>One byte: a header of 6 octets. What a message's count of segments is made with.</summary>
    Bits8 = 0,

    /// <summary>Two bytes: a header of 7 octets, one septet or one UCS-2 unit less a segment.</summary>
    Bits16 = 1,
}
