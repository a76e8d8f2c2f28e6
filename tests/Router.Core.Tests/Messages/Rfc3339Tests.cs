using System.Globalization;
using System.Text;
using Router.Core.Messages;

namespace Router.Core.Tests.Messages;

public sealed class Rfc3339Tests
{
    private static long? Parse(string text) => Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long ms) ? ms : null;

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01t00:00:00z", 0)]
    [InlineData("1970-01-01T00:00:00-00:00", 0)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("1985-04-12T23:20:50.52Z", 482_196_050_520)] // RFC 3339 §5.8
    [InlineData("1996-12-19T16:39:57-08:00", 851_042_397_000)] // RFC 3339 §5.8
    [InlineData("1990-12-31T23:59:60Z", 662_688_000_000)] // RFC 3339 §5.8: a leap second
    [InlineData("1990-12-31T15:59:60-08:00", 662_688_000_000)] // the same one
    [InlineData("2026-11-24T00:00:00.123456789Z", 1_795_478_400_124)]
    [InlineData("2026-11-24T00:00:00.1230000Z", 1_795_478_400_123)]
    [InlineData("2026-11-24T00:00:00.9999Z", 1_795_478_401_000)]
    [InlineData("2024-02-29T23:59:59+23:59", 1_709_164_859_000)]
    [InlineData("0001-01-01T00:00:00Z", -62_135_596_800_000)]
    [InlineData("9999-12-31T23:59:59Z", 253_402_300_799_000)]
    public void Reads_a_time(string text, long unixMs) => Assert.Equal(unixMs, Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-24")]
    [InlineData("2026-11-24T09:30:00")]
    [InlineData("2026-11-24 09:30:00Z")]
    [InlineData("2026-11-24T09:30Z")]
    [InlineData("20261124T093000Z....")]
    [InlineData("2026-11-24T09:30:00.Z")]
    [InlineData("2026-11-24T09:30:00.5")]
    [InlineData("2026-11-24T09:30:00,5Z")]
    [InlineData("2026-11-24T09:30:00ZZ")]
    [InlineData("2026-11-24T09:30:00+0100")]
    [InlineData("2026-11-24T09:30:00+01")]
    [InlineData("2026-11-24T09:30:00+24:00")]
    [InlineData("2026-11-24T09:30:00+01:60")]
    [InlineData("2026-11-24T09:30:00+-1:00")]
    [InlineData("2026-11-24T24:00:00Z")]
    [InlineData("2026-11-24T09:60:00Z")]
    [InlineData("2026-11-24T09:30:60Z")]
    [InlineData("2026-11-24T23:59:61Z")]
    [InlineData("2026-11-31T09:30:00Z")]
    [InlineData("2026-02-29T09:30:00Z")]
    [InlineData("2026-00-10T09:30:00Z")]
    [InlineData("2026-13-10T09:30:00Z")]
    [InlineData("2026-11-00T09:30:00Z")]
    [InlineData("0000-11-24T09:30:00Z")]
    [InlineData("-026-11-24T09:30:00Z")]
    [InlineData("20a6-11-24T09:30:00Z")]
    [InlineData("2026-11-24T09:30:0/Z")]
    [InlineData("2026-11-24T09:30:00\u0661")]
    [InlineData(" 2026-11-24T09:30:00Z")]
    [InlineData("2026-11-24T09:30:00Z ")]
    public void Refuses_everything_else(string text) => Assert.Null(Parse(text));

    [Fact]
    public void Every_day_of_a_whole_cycle_of_the_calendar_is_the_frameworks()
    {
        for (var day = new DateTime(1799, 12, 31); day.Year < 2201; day = day.AddDays(1))
        {
            string text = day.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            if (Parse(text) != (long)(day - DateTime.UnixEpoch).TotalMilliseconds)
            {
                Assert.Fail(text);
            }
        }
    }
}
