using System.Collections.Frozen;

namespace Router.Core.Times;

/// <summary>
/// Time zones by number: the names of the IANA database in <c>TimeZones.txt</c>, one a line. A contact's flags hold the line's number
/// (<see cref="Consent.ContactFlags.TimeZone"/>), so lines are only ever added at the end.
/// </summary>
public static class TimeZones
{
    /// <summary>The highest number that a contact's flags can hold: ten bits.</summary>
    public const int NumberMax = 1023;

    /// <summary>The number of <c>UTC</c>.</summary>
    public const int Utc = 1;

    private static readonly string[] Names = ReadNames();

    private static readonly FrozenDictionary<string, int> Numbers =
        Names.Select(static (name, i) => KeyValuePair.Create(name, i + 1)).ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly TimeZoneInfo?[] Zones = [.. Names.Select(static n => TimeZoneInfo.TryFindSystemTimeZoneById(n, out TimeZoneInfo? zone) ? zone : null)];

    /// <summary>How many there are; their numbers are 1 to this.</summary>
    public static int Count => Names.Length;

    /// <summary>The number of a zone; 0: not the name of one, or this machine's database has it not.</summary>
    public static int NumberOf(string name) => Numbers.TryGetValue(name, out int number) && Zones[number - 1] is not null ? number : 0;

    /// <summary>The name of a zone; null: there is none of this number.</summary>
    public static string? NameOf(int number) => (uint)(number - 1) < (uint)Names.Length ? Names[number - 1] : null;

    /// <summary>The zone; null: there is none of this number, or this machine's database has it not.</summary>
    public static TimeZoneInfo? Find(int number) => (uint)(number - 1) < (uint)Zones.Length ? Zones[number - 1] : null;

    private static string[] ReadNames()
    {
        using Stream text = typeof(TimeZones).Assembly.GetManifestResourceStream("TimeZones.txt")!;
        using var reader = new StreamReader(text);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
