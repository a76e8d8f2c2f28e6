using Router.Streams.In;

namespace Router.Streams.Tests;

/// <summary>Up to where a partition's records are settled: only that is ever stored as the group's offset.</summary>
public sealed class OffsetPrefixTests
{
    [Fact]
    public void A_record_that_is_not_settled_holds_back_those_behind_it()
    {
        var prefix = new OffsetPrefix();
        foreach (long offset in (long[])[10, 11, 15]) // the broker has gaps
        {
            prefix.Read(offset);
        }

        prefix.Settle(15, 0);
        prefix.Settle(11, 0);
        Assert.False(prefix.TryTake(out _));
        prefix.Settle(10, 0);
        Assert.True(prefix.TryTake(out long next));
        Assert.Equal(16, next);
        Assert.False(prefix.TryTake(out _));
        Assert.Equal(0, prefix.Open);
    }

    [Fact]
    public void Whatever_the_order_the_offset_is_the_first_that_is_not_settled()
    {
        var random = new Random(7);
        var prefix = new OffsetPrefix();
        var open = new List<long>();
        long offset = 0;
        for (int step = 0; step < 20_000; step++)
        {
            if (open.Count == 0 || random.Next(2) == 0)
            {
                offset += 1 + random.Next(3);
                prefix.Read(offset);
                open.Add(offset);
            }
            else
            {
                int at = random.Next(open.Count);
                prefix.Settle(open[at], 0);
                open.RemoveAt(at);
            }

            if (prefix.TryTake(out long next))
            {
                Assert.True(open.Count == 0 ? next == offset + 1 : next <= open[0], $"{next} although {(open.Count == 0 ? offset : open[0])} is open");
                Assert.All(open, o => Assert.True(o >= next));
            }
        }
    }

    [Fact]
    public void What_was_read_before_a_partition_was_given_back_is_settled_into_nothing()
    {
        var prefix = new OffsetPrefix();
        prefix.Read(5);
        prefix.Settle(3, 0);
        Assert.False(prefix.TryTake(out _));
        Assert.Equal(1, prefix.Open);
    }

    [Fact]
    public void A_topic_made_anew_begins_again()
    {
        var prefix = new OffsetPrefix();
        prefix.Read(998);
        prefix.Read(999);
        prefix.Settle(998, 0);
        Assert.True(prefix.TryTake(out _));
        int anew = prefix.Read(0); // the old one's last is not settled yet
        prefix.Read(1);
        prefix.Settle(999, 0);
        prefix.Settle(0, anew);
        Assert.True(prefix.TryTake(out long next));
        Assert.Equal(1, next);
        prefix.Settle(1, anew);
        Assert.True(prefix.TryTake(out next));
        Assert.Equal(2, next);
    }

    // It would be committed past, and lost.
    [Fact]
    public void A_record_of_the_old_topic_does_not_settle_the_new_ones_of_the_same_offset()
    {
        var prefix = new OffsetPrefix();
        int old = prefix.Read(5);
        prefix.Read(6);
        int anew = 0;
        for (int offset = 0; offset <= 9; offset++)
        {
            anew = prefix.Read(offset);
        }

        for (int offset = 0; offset <= 4; offset++)
        {
            prefix.Settle(offset, anew);
        }

        prefix.Settle(5, old);
        Assert.Equal(5, prefix.Settled);
        prefix.Settle(5, anew);
        Assert.Equal(6, prefix.Settled);
    }
}
