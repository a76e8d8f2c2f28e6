namespace Router.Providers.Smpp.Protocol;

/// <summary>How user data is to be read as text.</summary>
internal enum Alphabet : byte
{
    /// <summary>No text: 8-bit data, compressed, or an encoding that is not here.</summary>
    None = 0,

    /// <summary>GSM 7 bit, one septet a byte (3GPP TS 23.038 §6.2.1).</summary>
    Gsm = 1,

    /// <summary>ISO 8859-1.</summary>
    Latin1 = 2,

    /// <summary>ASCII; bytes above 0x7F read as U+FFFD.</summary>
    Ascii = 3,

    /// <summary>ISO 8859-5.</summary>
    Cyrillic = 4,

    /// <summary>ISO 8859-8.</summary>
    Hebrew = 5,

    /// <summary>UCS-2, in practice UTF-16 big-endian.</summary>
    Ucs2 = 6,

    /// <summary>8-bit data that is text only if it looks like it: many carriers deliver plain ASCII so.</summary>
    Octets = 7,
}
