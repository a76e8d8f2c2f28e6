namespace Router.Core.Segments;

/// <summary>
/// Reads GSM 7 bit text, one septet a byte, as carriers deliver it (3GPP TS 23.038 §6.2.1): the default alphabet, or the national tables that a message's header names. Any thread.
/// </summary>
/// <remarks>
/// Never throws for what the bytes hold. What no table says (a byte above 0x7F, a language that is not here) reads as U+FFFD, so that it shows; an escape without a character of its own
/// reads as the character behind it in the main table, a lone one as a space, both as §6.2.1.1 has it. Cold beside the way out; 0 B.
/// </remarks>
public static class GsmText
{
    /// <summary>Bytes of UTF-8 that one septet becomes at most.</summary>
    public const int BytesPerSeptetMax = 3;

    private const char Unknown = '\uFFFD';

    // By language (TS 23.038 §6.2.1.2.4): 0 default, 1 Turkish, 2 Spanish, 3 Portuguese. Those of India and Pakistan (4 to 13) are not here.
    private static readonly string[] Locking =
    [
        GsmAlphabet.DefaultTable,
        Replaced(GsmAlphabet.DefaultTable, (0x04, '€'), (0x07, 'ı'), (0x0B, 'Ğ'), (0x0C, 'ğ'), (0x1C, 'Ş'), (0x1D, 'ş'), (0x40, 'İ'), (0x60, 'ç')),
        GsmAlphabet.DefaultTable, // Spanish has a single shift table only
        "@£$¥êéúíóç\nÔô\rÁá" +
        "Δ_ªÇÀ∞^\\€Ó|\u001BÂâÊÉ" +
        " !\"#º%&'()*+,-./" +
        "0123456789:;<=>?" +
        "ÍABCDEFGHIJKLMNO" +
        "PQRSTUVWXYZÃÕÚÜ§" +
        "~abcdefghijklmno" +
        "pqrstuvwxyzãõ`üà",
    ];

    private static readonly string[] Single =
    [
        Extended(),
        Extended((0x47, 'Ğ'), (0x49, 'İ'), (0x53, 'Ş'), (0x63, 'ç'), (0x67, 'ğ'), (0x69, 'ı'), (0x73, 'ş')),
        Extended((0x09, 'ç'), (0x41, 'Á'), (0x49, 'Í'), (0x4F, 'Ó'), (0x55, 'Ú'), (0x61, 'á'), (0x69, 'í'), (0x6F, 'ó'), (0x75, 'ú')),
        Extended(
            (0x05, 'ê'), (0x09, 'ç'), (0x0B, 'Ô'), (0x0C, 'ô'), (0x0E, 'Á'), (0x0F, 'á'), (0x12, 'Φ'), (0x13, 'Γ'), (0x15, 'Ω'), (0x16, 'Π'), (0x17, 'Ψ'), (0x18, 'Σ'), (0x19, 'Θ'),
            (0x1F, 'Ê'), (0x41, 'À'), (0x49, 'Í'), (0x4F, 'Ó'), (0x55, 'Ú'), (0x5B, 'Ã'), (0x5C, 'Õ'), (0x61, 'Â'), (0x69, 'í'), (0x6F, 'ó'), (0x75, 'ú'), (0x7B, 'ã'), (0x7C, 'õ'), (0x7F, 'â')),
    ];

    /// <summary>Writes <paramref name="septets"/> as UTF-8 and returns the bytes written.</summary>
    /// <param name="septets">One septet a byte, without a user data header.</param>
    /// <param name="lockingLanguage">Language of the locking shift table (header element 0x25); 0: the default alphabet.</param>
    /// <param name="singleLanguage">Language of the single shift table (header element 0x24); 0: the default extension table.</param>
    /// <param name="utf8">At least <see cref="BytesPerSeptetMax"/> times as long.</param>
    public static int Decode(ReadOnlySpan<byte> septets, byte lockingLanguage, byte singleLanguage, Span<byte> utf8)
    {
        string? main = lockingLanguage < Locking.Length ? Locking[lockingLanguage] : null;
        string? shifted = singleLanguage < Single.Length ? Single[singleLanguage] : null;
        int written = 0;
        for (int i = 0; i < septets.Length; i++)
        {
            char c = septets[i] < 0x80 && septets[i] != GsmAlphabet.Escape ? Of(main, septets[i]) : Unknown;
            if (septets[i] == GsmAlphabet.Escape)
            {
                c = i + 1 < septets.Length && septets[i + 1] != GsmAlphabet.Escape ? AfterEscape(main, shifted, septets[++i]) : ' ';
            }

            written += Write(c, utf8[written..]);
        }

        return written;
    }

    /// <summary>Writes a character of the basic plane that is no surrogate; returns its bytes, 1 to 3.</summary>
    public static int Write(char c, Span<byte> utf8)
    {
        switch (c)
        {
            case < (char)0x80:
                utf8[0] = (byte)c;
                return 1;
            case < (char)0x800:
                utf8[0] = (byte)(0xC0 | (c >> 6));
                utf8[1] = (byte)(0x80 | (c & 0x3F));
                return 2;
            default:
                utf8[0] = (byte)(0xE0 | (c >> 12));
                utf8[1] = (byte)(0x80 | ((c >> 6) & 0x3F));
                utf8[2] = (byte)(0x80 | (c & 0x3F));
                return 3;
        }
    }

    private static char Of(string? table, byte septet) => table is null ? Unknown : table[septet];

    private static char AfterEscape(string? main, string? shifted, byte septet) =>
        septet > 0x7F || shifted is null ? Unknown : shifted[septet] != '\0' ? shifted[septet] : Of(main, septet);

    private static string Replaced(string table, params ReadOnlySpan<(int Septet, char Character)> characters)
    {
        char[] all = table.ToCharArray();
        foreach ((int septet, char character) in characters)
        {
            all[septet] = character;
        }

        return new string(all);
    }

    private static string Extended(params ReadOnlySpan<(int Septet, char Character)> characters)
    {
        string table = new('\0', 128);
        foreach ((char character, byte septet) in GsmAlphabet.Extension)
        {
            table = Replaced(table, (septet, character));
        }

        return Replaced(table, characters);
    }
}
