using System.Globalization;

namespace Router.Core.Tenants;

/// <summary>
/// Hours of the recipient's day in which marketing waits (R3.4): from <paramref name="From"/> on, up to and without <paramref name="To"/>, each <c>HH:mm</c>. They may span midnight.
/// </summary>
public sealed record QuietHours(string From, string To)
{
    /// <summary>Reads <c>HH:mm</c> as minutes of the day, 0 to 1,439.</summary>
    public static bool TryParse(string text, out int minuteOfDay)
    {
        bool parsed = TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time);
        minuteOfDay = (time.Hour * 60) + time.Minute;
        return parsed;
    }
}
