using System.Text;
using Router.LoadTest.Carrier;
using Router.LoadTest.Load;

namespace Router.LoadTest.Tests;

public sealed class CarrierTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void A_stamp_is_read_as_it_was_written()
    {
        byte[] text = new byte[64];
        var cursor = new Utf8Cursor(text);
        Stamp.Write(ref cursor, 13, new Ticket(0xdead_beef, 0x0123_4567_89ab_cdef, 0));
        Assert.Equal(Stamp.Length, cursor.Length);
        Assert.True(Stamp.TryRead(text, out Stamp stamp));
        Assert.Equal(new Stamp(13, 0xdead_beef, 0x0123_4567_89ab_cdef), stamp);
        Assert.False(Stamp.TryRead(text.AsSpan(0, Stamp.Length - 1), out _));
        text[5] = (byte)'x';
        Assert.False(Stamp.TryRead(text, out _));
    }

    [Fact]
    public void The_narrowest_span_of_a_limit_and_one_more_is_kept()
    {
        var watch = new RateWatch(0, 2, "");
        foreach (long at in new long[] { 0, 100, 1_000, 1_600, 1_999 })
        {
            watch.Add("3901"u8, at * Millisecond);
        }

        // 0–1,000 · 100–1,600 · 1,000–1,999
        Assert.Equal(999 * Millisecond, watch.Narrowest);
        Assert.Equal(1, watch.Within);
        Assert.Equal(1, watch.Senders);
    }

    [Fact]
    public void Senders_are_held_apart_or_together_by_their_beginnings()
    {
        var each = new RateWatch(0, 1, "39");
        var together = new RateWatch(3, 1, "391");
        foreach (string sender in new[] { "39101", "39102", "39201", "4401" })
        {
            each.Add(Encoding.ASCII.GetBytes(sender), 0);
            together.Add(Encoding.ASCII.GetBytes(sender), 0);
        }

        Assert.Equal(3, each.Senders);
        Assert.Equal(0, each.Within);
        Assert.Equal(1, together.Senders);
        Assert.Equal(1, together.Within);
    }

    [Fact]
    public void A_rate_a_little_too_high_shows_over_ten_seconds_though_no_second_does()
    {
        var second = new RateWatch(0, 1, "");
        var ten = new RateWatch(0, 1, "", 10);
        for (long at = 0; at <= 15_000; at += 960)
        {
            second.Add("3901"u8, at * Millisecond);
            ten.Add("3901"u8, at * Millisecond);
        }

        Assert.Equal(960 * Millisecond, second.Narrowest); // as close as what is on the way may come
        Assert.Equal(9_600 * Millisecond, ten.Narrowest);
        Assert.Equal(6, ten.Within);
    }

    [Fact]
    public void Who_had_the_fewest_and_the_most_is_told()
    {
        var watch = new RateWatch(3, 1, "39");
        Assert.Equal((0, 0), (watch.Least, watch.Most));
        foreach (string sender in new[] { "39101", "39102", "39201", "39103", "4401" })
        {
            watch.Add(Encoding.ASCII.GetBytes(sender), 0);
        }

        Assert.Equal((1, 3), (watch.Least, watch.Most));
    }

    [Fact]
    public void Messages_that_come_again_are_counted_by_flow()
    {
        var seen = new SeenMessages();
        seen.Add(0, 7);
        seen.Add(1, 7);
        seen.Add(0, 1_000_000);
        seen.Add(0, 7);
        Assert.Equal(3, seen.Different);
        Assert.Equal(1, seen.Again);
    }

    [Fact]
    public void A_submit_is_read()
    {
        byte[] body = [0, 1, 1, .. "390001\0"u8, 1, 1, .. "393331\0"u8, 0, 0, 0, 0, .. "000000010000000R\0"u8, 1, 0, 0, 0, 5, .. "hello"u8];
        var submit = new SmppPdu.Submit(body);
        Assert.Equal("390001"u8, submit.Source);
        Assert.Equal("393331"u8, submit.Destination);
        Assert.True(submit.WantsReceipt);
        Assert.Equal("hello"u8, submit.Content);
    }
}
