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

    /// <summary>Folds the first <see cref="CharactersMax"/> characters of <paramref name="text"/>.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var folded = new StringBuilder();
        bool gap = false;
        foreach (Rune rune in Decompose(text[..Math.Min(text.Length, CharactersMax)]).EnumerateRunes())
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

    // A lone surrogate, where the text was cut, cannot be normalised.
    private static string Decompose(ReadOnlySpan<char> text)
    {
        string whole = new(text);
        return (whole.Length > 0 && char.IsHighSurrogate(whole[^1]) ? whole[..^1] : whole) is var safe && safe.IsNormalized(NormalizationForm.FormKD)
            ? safe
            : safe.Normalize(NormalizationForm.FormKD);
    }

    // Letters that no decomposition makes plain.
    private static string Plain(Rune rune) => rune.Value switch
    {
        'ı' => "I",
        'ß' or 'ẞ' => "SS",
        'ø' or 'Ø' => "O",
        'ł' or 'Ł' => "L",
        'đ' or 'Đ' => "D",
        'æ' or 'Æ' => "AE",
        'œ' or 'Œ' => "OE",
        'ς' => "Σ",
        _ => Rune.ToUpperInvariant(rune).ToString(),
    };
}
