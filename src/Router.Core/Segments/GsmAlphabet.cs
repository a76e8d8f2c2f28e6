using System.Buffers;
using System.Text;

namespace Router.Core.Segments;

/// <summary>
/// The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1 and §6.2.1.1), from Unicode to septets. National shift tables are not used:
/// few carriers carry them. Characters are never replaced by similar ones (é stays é, but ç, which the alphabet lacks, makes the text UCS-2).
/// </summary>
/// <remarks>Hot path. <c>SegmentsBenchmark</c>, 0 B. Septet 0x1B is the escape: no character maps to it alone.</remarks>
internal static class GsmAlphabet
{
    /// <summary>Escape to the extension table.</summary>
    public const byte Escape = 0x1B;

    /// <summary>Flag in a code: the septet stands in the extension table, after an <see cref="Escape"/>.</summary>
    public const byte Extended = 0x80;

    /// <summary>A code that is none: the character is in neither table.</summary>
    public const byte None = 0xFF;

    /// <summary>The default table in order of septets; 0x1B is the escape.</summary>
    public const string DefaultTable =
        "@£$¥èéùìòÇ\nØø\rÅå" +
        "Δ_ΦΓΛΩΠΨΣΘΞ\u001BÆæßÉ" +
        " !\"#¤%&'()*+,-./" +
        "0123456789:;<=>?" +
        "¡ABCDEFGHIJKLMNO" +
        "PQRSTUVWXYZÄÖÑÜ§" +
        "¿abcdefghijklmno" +
        "pqrstuvwxyzäöñüà";

    /// <summary>The extension table: character, septet after the escape.</summary>
    public static readonly (char Character, byte Septet)[] Extension =
    [
        ('\f', 0x0A), ('^', 0x14), ('{', 0x28), ('}', 0x29), ('\\', 0x2F), ('[', 0x3C), ('~', 0x3D), (']', 0x3E), ('|', 0x40), ('€', 0x65),
    ];

    /// <summary>Codes of U+0000 to U+00FF.</summary>
    private static readonly byte[] Latin = MakeTable(0x00, 0x100);

    /// <summary>Codes of U+0390 to U+03AF: the Greek capitals.</summary>
    private static readonly byte[] Greek = MakeTable(0x390, 0x20);

    /// <summary>ASCII that takes one septet: what most texts are made of, found at vector speed.</summary>
    public static readonly SearchValues<byte> OneSeptetAscii =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Where(static c => Latin[c] < Extended).Select(static c => (byte)c)]);

    /// <summary>ASCII whose septet is another number than itself; all of it takes one septet.</summary>
    public static readonly SearchValues<byte> MovedAscii =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Where(static c => Latin[c] < Extended && Latin[c] != c).Select(static c => (byte)c)]);

    /// <summary>The code of an ASCII byte (below 0x80): a septet, a septet with <see cref="Extended"/>, or <see cref="None"/>.</summary>
    public static byte CodeOfAscii(byte ascii) => Latin[ascii];

    /// <summary>The code of a character: a septet, a septet with <see cref="Extended"/>, or <see cref="None"/>.</summary>
    public static byte CodeOf(Rune rune)
    {
        uint value = (uint)rune.Value;
        if (value < (uint)Latin.Length)
        {
            return Latin[value];
        }

        uint greek = value - 0x390;
        return greek < (uint)Greek.Length ? Greek[greek] : value == '€' ? (byte)(0x65 | Extended) : None;
    }

    private static byte[] MakeTable(int first, int count)
    {
        byte[] codes = new byte[count];
        Array.Fill(codes, None);
        for (int septet = 0; septet < DefaultTable.Length; septet++)
        {
            if (septet != Escape && (uint)(DefaultTable[septet] - first) < (uint)count)
            {
                codes[DefaultTable[septet] - first] = (byte)septet;
            }
        }

        foreach ((char character, byte septet) in Extension)
        {
            if ((uint)(character - first) < (uint)count)
            {
                codes[character - first] = (byte)(septet | Extended);
            }
        }

        return codes;
    }
}
