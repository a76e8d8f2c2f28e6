using System.Globalization;

namespace Router.Core.Tenants;

/// <summary>Checks of ranges that the settings share.</summary>
internal static class SettingsRange
{
    internal static SettingsFault? Check(string field, long? value, long from, long to) => value is { } given && (given < from || given > to)
        ? new SettingsFault(field, string.Create(CultureInfo.InvariantCulture, $"{given} is not {from} to {to}"))
        : null;

    internal static SettingsFault? CheckText(string field, string value, int lengthMax)
    {
        if (value.Length == 0 || value.Length > lengthMax)
        {
            return new SettingsFault(field, string.Create(CultureInfo.InvariantCulture, $"{value.Length} characters: it has 1 to {lengthMax}"));
        }

        foreach (char c in value)
        {
            if (char.IsControl(c))
            {
                return new SettingsFault(field, "control characters are not allowed");
            }
        }

        return null;
    }

    internal static string At(string field, int index) => string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");
}
