namespace Router.Providers.Smpp.Protocol;

/// <summary>
/// <c>data_coding</c>: the values of SMPP 3.4 §5.2.19 where that names an alphabet, else a data coding scheme of 3GPP TS 23.038 §4, which most carriers hand through as it came.
/// </summary>
internal static class DataCoding
{
    /// <summary>The alphabet; where that is the default one, <paramref name="standard"/>, the account's own.</summary>
    public static Alphabet AlphabetOf(byte dataCoding, Alphabet standard) => dataCoding switch
    {
        0x00 => standard,
        0x01 => Alphabet.Ascii,
        0x02 or 0x04 => Alphabet.Octets,
        0x03 => Alphabet.Latin1,
        0x06 => Alphabet.Cyrillic,
        0x07 => Alphabet.Hebrew,
        0x08 => Alphabet.Ucs2,
        < 0x10 => Alphabet.None, // JIS, pictograms, ISO-2022-JP, KS C 5601, reserved

        // General and automatic-deletion groups: 0x20 compressed, bits 3 and 2 the alphabet.
        < 0x80 when (dataCoding & 0x20) != 0 => Alphabet.None,
        < 0x80 => ((dataCoding >> 2) & 3) switch { 0 => standard, 1 => Alphabet.Octets, 2 => Alphabet.Ucs2, _ => Alphabet.None },
        < 0xC0 => Alphabet.None,
        < 0xE0 => standard, // message waiting
        < 0xF0 => Alphabet.Ucs2, // message waiting in UCS-2
        _ => (dataCoding & 0x04) == 0 ? standard : Alphabet.Octets, // message class
    };
}
