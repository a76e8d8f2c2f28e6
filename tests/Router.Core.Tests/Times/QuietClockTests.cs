using System.Globalization;
using Router.Core.Consent;
using Router.Core.Routing;
using Router.Core.Times;
using Router.Testing;

namespace Router.Core.Tests.Times;

/// <summary>Quiet hours against a plain look at the wall clock, minute by minute, over the days on which clocks change.</summary>
public sealed class QuietClockTests
{
    private const long MinuteMs = 60_000;

    // Windows over midnight and not, beginning or ending at, in and around the hours that clocks skip (2 to 3, in Lord Howe half of it) and repeat (1 to 2, 2 to 3, 0 to 1).
    private static readonly (string From, string To)[] Windows =
    [
        ("21:00", "08:00"), ("22:30", "06:15"), ("00:00", "12:00"), ("12:00", "00:00"), ("02:30", "09:00"), ("20:00", "02:30"), ("02:15", "02:45"), ("01:30", "02:00"), ("02:00", "03:00"),
        ("00:30", "00:45"), ("23:30", "00:30"), ("08:00", "07:59"), ("12:00", "12:01"), ("01:45", "01:30"),
    ];

    // Days on which clocks change, and some around: Rome, New York, Lord Howe by half an hour, Casablanca twice for Ramadan, Sao Paulo when it still had summer time (at midnight),
    // Apia over the date line (30 December 2011 was left out), zones that never change at both ends of the world.
    private static readonly (string Zone, string Day)[] Days =
    [
        ("Europe/Rome", "2026-03-29"), ("Europe/Rome", "2026-10-25"), ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"), ("Africa/Casablanca", "2026-02-15"), ("Africa/Casablanca", "2026-03-22"),
        ("America/Sao_Paulo", "2018-11-04"), ("America/Sao_Paulo", "2019-02-17"), ("America/Sao_Paulo", "2026-02-15"), ("Pacific/Apia", "2011-12-30"), ("Pacific/Apia", "2026-04-05"),
        ("Pacific/Pago_Pago", "2026-03-29"), ("Pacific/Kiritimati", "2026-03-29"), ("Asia/Kathmandu", "2026-03-29"), ("UTC", "2026-12-31"), ("America/St_Johns", "2026-03-08"),
    ];

    public static TheoryData<string, string> ChangeDays()
    {
        var rows = new TheoryData<string, string>();
        foreach ((string zone, string day) in Days)
        {
            rows.Add(zone, day);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(ChangeDays))]
    public void It_is_quiet_exactly_while_the_clock_on_the_wall_shows_a_quiet_time(string zone, string day)
    {
        TimeZoneInfo info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var flags = default(ContactFlags).WithTimeZone(TimeZones.NumberOf(zone));
        long from = new DateTimeOffset(DateTime.Parse(day, CultureInfo.InvariantCulture), TimeSpan.Zero).AddHours(-36).ToUnixTimeMilliseconds();
        foreach ((string windowFrom, string windowTo) in Windows)
        {
            QuietClock clock = Clock(windowFrom, windowTo);
            CheckMinutes(clock, flags, default, [info], windowFrom, windowTo, from, minutes: 5 * 1_440);
        }
    }

    [Fact]
    public void Clocks_do_change_on_the_days_looked_at() => Assert.Equal(
        12, Days.Count(static d => Enumerable.Range(-36, 120).Select(h => TimeZoneInfo.FindSystemTimeZoneById(d.Zone)
            .GetUtcOffset(new DateTimeOffset(DateTime.Parse(d.Day, CultureInfo.InvariantCulture), TimeSpan.Zero).AddHours(h))).Distinct().Count() > 1));

    [Fact]
    public void Any_zone_window_and_moment_agree_with_the_wall_clock()
    {
        Random random = FuzzSeed.Start("any zone and window", out _);
        for (int i = 0; i < 400; i++)
        {
            int number = random.Next(1, TimeZones.Count + 1);
            (int from, int to) = (random.Next(1_440), random.Next(1_440));
            if (from == to)
            {
                continue;
            }

            long at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() + random.NextInt64(0, 730L * 86_400_000);
            CheckMinutes(
                new QuietClock(from, to, 0), default(ContactFlags).WithTimeZone(number), default, [TimeZones.Find(number)!], Word(from), Word(to), at, minutes: 100);
        }
    }

    [Theory]
    [InlineData("+393331", "Europe/Rome,Europe/Vatican")]
    [InlineData("+12125551", "America/New_York")]
    [InlineData("+13105551", "America/Los_Angeles")]
    [InlineData("+551198765", "America/Sao_Paulo")]
    [InlineData("+447700", "Europe/London")]
    [InlineData("+201000", "Africa/Cairo")]
    [InlineData("+212600", "Africa/Casablanca")]
    public void The_zone_comes_from_the_number(string number, string zones)
    {
        TimeZoneInfo[] infos = [.. zones.Split(',').Select(TimeZoneInfo.FindSystemTimeZoneById)];
        long from = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        CheckMinutes(Clock("21:00", "08:00"), default, Prefix(number), infos, "21:00", "08:00", from, minutes: 2 * 1_440);
    }

    [Theory]
    [InlineData("+614121", "Australia/Perth,Australia/Sydney,Australia/Adelaide")] // mobile: any place of the country
    [InlineData("+791612", "Europe/Kaliningrad,Europe/Moscow,Asia/Kamchatka")]
    [InlineData("+180055", "America/New_York,Pacific/Honolulu,America/Chicago")] // toll-free
    [InlineData("+346001", "Europe/Madrid,Atlantic/Canary")]
    public void A_number_that_may_be_in_several_zones_is_quiet_while_it_is_in_any(string number, string zones)
    {
        QuietClock clock = Clock("23:00", "05:00");
        long from = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        foreach (TimeZoneInfo zone in zones.Split(',').Select(TimeZoneInfo.FindSystemTimeZoneById))
        {
            for (long at = from; at < from + 86_400_000; at += MinuteMs)
            {
                Assert.True(!IsQuiet([zone], "23:00", "05:00", at) || clock.QuietUntil(default, Prefix(number), at, 0) > at, $"{zone.Id} at {at}");
            }
        }

        Assert.Contains(Enumerable.Range(0, 1_440), m => clock.QuietUntil(default, Prefix(number), from + (m * MinuteMs), 0) == 0);
    }

    [Fact]
    public void The_contacts_own_zone_goes_before_the_numbers_and_the_tenants_zone_stands_in_for_both()
    {
        long noonInRome = new DateTimeOffset(2026, 6, 1, 10, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var clock = new QuietClock(21 * 60, 8 * 60, TimeZones.NumberOf("Asia/Tokyo")); // 19:00 there
        var honolulu = default(ContactFlags).WithTimeZone(TimeZones.NumberOf("Pacific/Honolulu")); // midnight there
        Assert.Equal(0, clock.QuietUntil(default, Prefix("+393331"), noonInRome, 0));
        Assert.Equal(noonInRome + (8 * 3_600_000), clock.QuietUntil(honolulu, Prefix("+393331"), noonInRome, 0));
        Assert.Equal(0, clock.QuietUntil(default, default, noonInRome, 0));
        Assert.Equal(noonInRome + (13 * 3_600_000), clock.QuietUntil(default, default, noonInRome + (2 * 3_600_000), 0));
        Assert.Equal(noonInRome + (13 * 3_600_000), clock.QuietUntil(default, Prefix("+999999"), noonInRome + (2 * 3_600_000), 0)); // no such country
        Assert.Equal(0, new QuietClock(21 * 60, 8 * 60, 0).QuietUntil(default, default, noonInRome, 0)); // UTC: 10:00
        Assert.Equal(0, clock.QuietUntil(default(ContactFlags).WithTimeZone(TimeZones.NumberMax), Prefix("+393331"), noonInRome, 0)); // a zone of a newer Router: as if none were set
    }

    [Fact]
    public void What_would_leave_while_quiet_hours_begin_counts_as_quiet()
    {
        QuietClock clock = Clock("21:00", "08:00");
        long nine = new DateTimeOffset(2026, 6, 1, 21, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(0, clock.QuietUntil(default, default, nine - 251, 250));
        Assert.Equal(nine + (11 * 3_600_000), clock.QuietUntil(default, default, nine - 250, 250));
        Assert.Equal(nine + (11 * 3_600_000), clock.QuietUntil(default, default, nine + (11 * 3_600_000) - 1, 250));
        Assert.Equal(0, clock.QuietUntil(default, default, nine + (11 * 3_600_000), 250));
    }

    [Fact]
    public void Zones_that_leave_no_time_without_quiet_are_asked_again_two_days_later()
    {
        QuietClock clock = Clock("08:00", "07:00");
        long at = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(at + (2 * 86_400_000L), clock.QuietUntil(default, Prefix("+791612"), at, 0));
    }

    [Fact]
    public void Every_prefix_has_at_most_as_many_sets_of_zones_as_there_is_room_for()
    {
        QuietClock clock = Clock("21:00", "08:00");
        for (int prefix = 0; prefix < 1_000_000; prefix += 7)
        {
            clock.QuietUntil(default, Prefix(prefix.ToString("D6", CultureInfo.InvariantCulture)), 1_780_000_000_000, 0);
        }
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        QuietClock clock = Clock("21:00", "08:00");
        var zoned = default(ContactFlags).WithTimeZone(TimeZones.NumberOf("Europe/Rome"));
        DestinationPrefix rome = Prefix("+393331");
        long sum = 0;
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                sum += clock.QuietUntil(default, rome, 1_780_000_000_000 + i, 250) + clock.QuietUntil(zoned, default, 1_780_000_000_000 + i, 250)
                    + clock.QuietUntil(default, default, 1_780_000_000_000 + i, 250);
            }
        });
    }

    // Each minute on its own clock would hide what the clock remembers, so one clock is asked forth, and now and then back.
    private static void CheckMinutes(QuietClock clock, ContactFlags flags, DestinationPrefix prefix, TimeZoneInfo[] zones, string from, string to, long fromMs, int minutes)
    {
        for (int i = 0; i < minutes; i++)
        {
            long at = fromMs + (i * MinuteMs) - (i % 97 == 0 ? 3_600_000 : 0);
            long until = clock.QuietUntil(flags, prefix, at, 0);
            bool quiet = IsQuiet(zones, from, to, at);
            Assert.True(quiet == until > 0, $"{zones[0].Id} {from}-{to} at {DateTimeOffset.FromUnixTimeMilliseconds(at):u}: quiet {quiet}, until {until}");
            if (quiet && i % 13 == 0)
            {
                Assert.True(until > at);
                Assert.True(IsQuiet(zones, from, to, until - 1));
                Assert.False(IsQuiet(zones, from, to, until), $"{zones[0].Id} {from}-{to} at {DateTimeOffset.FromUnixTimeMilliseconds(at):u} until {DateTimeOffset.FromUnixTimeMilliseconds(until):u}");
            }
        }
    }

    private static bool IsQuiet(TimeZoneInfo[] zones, string from, string to, long atMs) => zones.Any(zone =>
    {
        TimeOnly wall = TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(atMs), zone).DateTime);
        return wall.IsBetween(TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(to, CultureInfo.InvariantCulture));
    });

    private static QuietClock Clock(string from, string to) => new(Minute(from), Minute(to), 0);

    private static int Minute(string word) => (int)TimeOnly.Parse(word, CultureInfo.InvariantCulture).ToTimeSpan().TotalMinutes;

    private static string Word(int minute) => new TimeOnly(minute / 60, minute % 60).ToString("HH:mm", CultureInfo.InvariantCulture);

    private static DestinationPrefix Prefix(string number) => DestinationPrefix.Of(System.Text.Encoding.ASCII.GetBytes(number));
}
