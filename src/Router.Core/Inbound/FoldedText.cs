using System.Globalization;
using System.Text;

namespace Router.Core.Inbound;

/// <summary>
/// Text as words are compared: capitals, without accents, every run of what is neither letter nor digit one space, none at the ends. <c>"Arrêt !"</c> is <c>ARRET</c>. Cold.
/// </summary>
public static class FoldedText
{
    /// <summary>Characters looked at: no word that means something is longer, and a text may have tens of thousands.</summary>
    public const int CharactersMax = 400;

    private const int LatinFirst = 0xC0;
    private const int LatinCount = 352;

    // U+00C0 to U+021F, each as its letter of the alphabet; a dot: none.
    private const string Latin =
        "AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY.YAAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIII" +
        "IIII..JJKK.LLLLLL..LLNNNNNN...OOOOOO..RRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS............................" +
        "....OO.............UU............................AAIIOOUUUUUUUUUU.AAAA....GGKKOOOO..J...GG..NNAA....AAAAEEEEII" +
        "IIOOOORRRRUUUUSSTT..HH";

    /// <summary>Folds the first <see cref="CharactersMax"/> characters of <paramref name="text"/>.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var folded = new StringBuilder();
        bool gap = false;
        foreach (Rune rune in text[..Math.Min(text.Length, CharactersMax)].EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                folded.Append(gap && folded.Length > 0 ? " " : "").Append(Plain(rune));
                gap = false;
            }
            else
            {
                // Marks and joiners belong to the letter before them.
                gap |= Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format);
            }
        }

        return folded.ToString();
    }

    /// <summary>Folds UTF-8.</summary>
    public static string Of(ReadOnlySpan<byte> utf8)
    {
        // A character has at most four bytes; one that is cut in two at the end becomes a mark of its own and is no word's.
        return Of(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, CharactersMax * 4)]));
    }

    // Letters without their accents. By hand: Router runs without the system's tables (InvariantGlobalization), where nothing is decomposed.
    private static string Plain(Rune rune) => rune.Value switch
    {
        'ß' or 'ẞ' => "SS",
        'æ' or 'Æ' => "AE",
        'œ' or 'Œ' => "OE",
        'ς' => "Σ",
        'ё' or 'Ё' => "Е", // Cyrillic
        'ά' or 'Ά' => "Α",
        'έ' or 'Έ' => "Ε",
        'ή' or 'Ή' => "Η",
        'ί' or 'Ί' or 'ϊ' or 'Ϊ' or 'ΐ' => "Ι",
        'ό' or 'Ό' => "Ο",
        'ύ' or 'Ύ' or 'ϋ' or 'Ϋ' or 'ΰ' => "Υ",
        'ώ' or 'Ώ' => "Ω",
        >= LatinFirst and < LatinFirst + LatinCount when Latin[rune.Value - LatinFirst] != '.' => Latin[rune.Value - LatinFirst].ToString(),
        >= 0x1EA0 and <= 0x1EF9 => Vietnamese(rune.Value),
        >= 0xFF01 and <= 0xFF5E => Plain(new Rune(rune.Value - 0xFEE0)), // full width
        _ => Rune.ToUpperInvariant(rune).ToString(),
    };

    private static string Vietnamese(int value) => value switch
    {
        <= 0x1EB7 => "A",
        <= 0x1EC7 => "E",
        <= 0x1ECB => "I",
        <= 0x1EE3 => "O",
        <= 0x1EF1 => "U",
        _ => "Y",
    };
}
