using System.Text;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

public sealed class SmppTimeTests
{
    [Theory]
    [InlineData(1, "000000000001000R")]
    [InlineData(0, "000000000001000R")]
    [InlineData(3_600_000, "000000010000000R")]
    [InlineData(90_061_500, "000001010102000R")]
    [InlineData(long.MaxValue / 2, "000030235959000R")]
    public void A_relative_time_counts_days_hours_minutes_and_whole_seconds(long ms, string text)
    {
        byte[] destination = new byte[SmppTime.Size];
        SmppTime.WriteRelative(ms, destination);
        Assert.Equal(text, Encoding.ASCII.GetString(destination));
    }

    [Theory]
    [InlineData("000000010000000R", 3_600_000)]
    [InlineData("000002000000000R", 172_800_000)]
    [InlineData("700101000000000+", 3_155_760_000_000L)]
    [InlineData("700101010000004+", 3_155_760_000_000L)]
    [InlineData("700101000000504-", 3_155_763_600_500L)]
    public void Times_are_read(string text, long unixMs)
    {
        Assert.True(SmppTime.TryRead(Encoding.ASCII.GetBytes(text), 0, out long read));
        Assert.Equal(unixMs, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("000000010000000")]
    [InlineData("000000010000000X")]
    [InlineData("701301000000000+")]
    [InlineData("700230000000000+")]
    [InlineData("700100000000000+")]
    [InlineData("700101240000000+")]
    [InlineData("700101000000049+")]
    [InlineData("70010100000000a+")]
    public void Anything_else_is_no_time(string text) => Assert.False(SmppTime.TryRead(Encoding.ASCII.GetBytes(text), 0, out _));
}
