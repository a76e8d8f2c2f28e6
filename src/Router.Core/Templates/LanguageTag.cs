namespace Router.Core.Templates;

/// <summary>Tags of languages (BCP 47, RFC 5646): their form and their usual letters' case. Whether a subtag is registered is not looked at. Cold.</summary>
public static class LanguageTag
{
    /// <summary>Characters of a tag at most (RFC 5646 §4.4.1).</summary>
    public const int LengthMax = 35;

    /// <summary>The rule, for people.</summary>
    public const string Rule = "is not the tag of a language: 2 or 3 letters, then subtags of 1 to 8 letters and digits, such as it or pt-BR (BCP 47)";

    private const int SubtagMax = 8;

    /// <summary>Gives the tag its usual case (RFC 5646 §2.1.1): <c>pt-BR</c>, <c>zh-Hant</c>. False: it is none.</summary>
    public static bool TryCanonical(string tag, out string canonical)
    {
        ArgumentNullException.ThrowIfNull(tag);
        canonical = "";
        if (tag.Length is < 2 or > LengthMax)
        {
            return false;
        }

        string[] subtags = tag.Split('-');
        if (subtags[0].Length is < 2 or > 3 || !subtags[0].All(char.IsAsciiLetter))
        {
            return false;
        }

        bool afterSingleton = false;
        for (int i = 0; i < subtags.Length; i++)
        {
            string subtag = subtags[i];
            if (subtag.Length is 0 or > SubtagMax || !subtag.All(char.IsAsciiLetterOrDigit))
            {
                return false;
            }

            string lower = subtag.ToLowerInvariant();
            subtags[i] = i == 0 || afterSingleton ? lower
                : subtag.Length == 2 ? subtag.ToUpperInvariant()
                : subtag.Length == 4 ? char.ToUpperInvariant(lower[0]) + lower[1..]
                : lower;
            afterSingleton |= subtag.Length == 1;
        }

        canonical = string.Join('-', subtags);
        return true;
    }

    /// <summary>The language alone: <c>pt</c> of <c>pt-BR</c>.</summary>
    public static string Primary(string canonical)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        int end = canonical.IndexOf('-', StringComparison.Ordinal);
        return end < 0 ? canonical : canonical[..end];
    }
}
