using System.Globalization;
using PhoneNumbers;
using Router.Core.Routing;

namespace Router.Core.Times;

/// <summary>
/// The time zones that a number's first digits allow, as libphonenumber knows them, and the sets of zones by number that <see cref="QuietClock"/> counts in.
/// Sets 1 to <see cref="TimeZones.NumberMax"/> are one zone each, by its number; those above are a number's. Any thread.
/// </summary>
/// <remarks>Each prefix is looked up once and then found in a table of 2 MB (two bytes for each of 10⁶ prefixes), which exists once a tenant has quiet hours.</remarks>
internal static class NumberZones
{
    /// <summary>Sets at most; libphonenumber's data make some hundreds.</summary>
    public const int SetsMax = 4096;

    private const int PrefixCount = 1_000_000;
    private const ushort Unknown = ushort.MaxValue;

    // Mobile numbers of these countries are of no place, though the data name the one where a block was first given out, or the capital: all zones of the country hold.
    private static readonly (string Mobile, string Country)[] PlacelessMobiles =
        [("346", "340000"), ("347", "340000"), ("614", "610000"), ("628", "620000"), ("642", "640000"), ("79", "700000")];

    private static readonly Lock Gate = new();
    private static readonly ushort[] SetByPrefix = new ushort[PrefixCount];
    private static readonly Dictionary<string, ushort> SetByNames = new(StringComparer.Ordinal);
    private static readonly TimeZoneInfo[]?[] Sets = new TimeZoneInfo[]?[SetsMax];
    private static int nextSet = TimeZones.NumberMax + 1;

    /// <summary>Has the data loaded (about 0.1 s), so that no shard's thread does it.</summary>
    public static void Load() => SetOf(DestinationPrefix.Of("390000"u8));

    /// <summary>The set of zones in which a number of this prefix may be; 0: nothing is known.</summary>
    public static int SetOf(DestinationPrefix prefix)
    {
        if (prefix.Length < DestinationPrefix.DigitsMax)
        {
            return 0; // no number at all: every number has more digits
        }

        ushort set = Volatile.Read(ref SetByPrefix[prefix.Value]);
        return set == 0 ? Add(prefix) : set == Unknown ? 0 : set;
    }

    /// <summary>The zones of a set, at least one.</summary>
    public static TimeZoneInfo[] ZonesOf(int set) => set <= TimeZones.NumberMax ? [TimeZones.Find(set)!] : Volatile.Read(ref Sets[set])!;

    private static int Add(DestinationPrefix prefix)
    {
        TimeZoneInfo[] zones = [.. Names(prefix).Select(n => TimeZoneInfo.TryFindSystemTimeZoneById(Corrected(n, prefix), out TimeZoneInfo? zone) ? zone : null).OfType<TimeZoneInfo>()];
        string names = string.Join('&', zones.Select(static z => z.Id));
        ushort set;
        lock (Gate)
        {
            if (zones.Length == 0)
            {
                set = Unknown;
            }
            else if (!SetByNames.TryGetValue(names, out set))
            {
                set = (ushort)nextSet++;
                SetByNames.Add(names, set);
                Volatile.Write(ref Sets[set], zones);
            }

            Volatile.Write(ref SetByPrefix[prefix.Value], set);
        }

        return set == Unknown ? 0 : set;
    }

    private static List<string> Names(DestinationPrefix prefix)
    {
        string digits = prefix.Value.ToString("D6", CultureInfo.InvariantCulture);
        foreach ((string mobile, string country) in PlacelessMobiles)
        {
            digits = digits.StartsWith(mobile, StringComparison.Ordinal) ? country : digits;
        }

        // The mapper writes country code and national number one after the other and looks for the longest prefix it knows: where the code ends does not matter to it.
        var number = new PhoneNumber.Builder();
        number.SetCountryCode(int.Parse(digits.AsSpan(0, 5), CultureInfo.InvariantCulture));
        number.SetNationalNumber((ulong)(digits[5] - '0'));
        return PhoneNumberToTimeZonesMapper.GetInstance().GetTimeZonesForGeographicalNumber(number.Build());
    }

    // The data write Bucharest for Kaliningrad, which has its hour in winter only.
    private static string Corrected(string name, DestinationPrefix prefix) =>
        name == "Europe/Bucharest" && prefix.Value / 100_000 == 7 ? "Europe/Kaliningrad" : name;
}
