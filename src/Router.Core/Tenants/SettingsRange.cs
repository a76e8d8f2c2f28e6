using System.Globalization;

namespace Router.Core.Tenants;

/// <summary>Checks of ranges that the settings share.</summary>
internal static class SettingsRange
{
    internal static SettingsFault? Check(string field, long? value, long from, long to) => value is { } given && (given < from || given > to)
        ? new SettingsFault(field, string.Create(CultureInfo.InvariantCulture, $"is {given}, not a whole number from {from} to {to}"))
        : null;

    internal static SettingsFault? CheckText(string field, string value, int lengthMax)
    {
        if (value.Length == 0 || value.Length > lengthMax)
        {
            return new SettingsFault(field, string.Create(CultureInfo.InvariantCulture, $"has {value.Length} characters: give 1 to {lengthMax}"));
        }

        foreach (char c in value)
        {
            if (char.IsControl(c))
            {
                return new SettingsFault(field, "has a control character: leave it out");
            }
        }

        return null;
    }

    /// <summary>What came from the client, cut so that an answer stays small.</summary>
    internal static string Shown(string given) => given.Length <= 40 ? given : string.Concat(given.AsSpan(0, 40), "…");

    internal static string At(string field, int index) => string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");
}
