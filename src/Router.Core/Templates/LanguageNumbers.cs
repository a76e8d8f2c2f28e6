using System.Globalization;

namespace Router.Core.Templates;

/// <summary>How numbers are written in a language. Cold.</summary>
/// <remarks>
/// Own table (after CLDR 45), because Router needs nothing installed and so runs without ICU: .NET knows no culture but the invariant one then. Names of months and days stay English.
/// </remarks>
internal static class LanguageNumbers
{
    private const string NoBreakSpace = "\u00A0";

    // Decimal comma, thousands by a point.
    private static readonly HashSet<string> CommaAndPoint =
        new(["ca", "da", "de", "el", "es", "eu", "gl", "hr", "id", "is", "it", "mk", "nl", "pt", "ro", "sl", "sq", "sr", "tr", "vi", "az", "bs"], StringComparer.Ordinal);

    // Decimal comma, thousands by a space.
    private static readonly HashSet<string> CommaAndSpace =
        new(["be", "bg", "cs", "et", "fi", "fr", "hu", "hy", "ka", "kk", "ky", "lt", "lv", "nb", "nn", "no", "pl", "ru", "sk", "sv", "uk", "uz"], StringComparer.Ordinal);

    // Regions that write a decimal point where their language has a comma.
    private static readonly HashSet<string> PointRegions =
        new(["de-CH", "de-LI", "it-CH", "es-DO", "es-GT", "es-HN", "es-MX", "es-NI", "es-PA", "es-PE", "es-PR", "es-SV", "es-US"], StringComparer.Ordinal);

    /// <summary>The invariant culture with the language's signs.</summary>
    public static CultureInfo Of(string language)
    {
        string primary = LanguageTag.Primary(language);
        (string point, string thousands) = PointRegions.Contains(language) ? (".", language.EndsWith("-CH", StringComparison.Ordinal) || language == "de-LI" ? "’" : ",")
            : CommaAndPoint.Contains(primary) ? (",", ".")
            : CommaAndSpace.Contains(primary) ? (",", NoBreakSpace)
            : (".", ",");
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = point;
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = thousands;
        return CultureInfo.ReadOnly(culture);
    }
}
