using Router.Storage.Lookups;

namespace Router.Storage.Tests.Lookups;

public sealed class BloomFilterTests
{
    [Fact]
    public void What_was_added_may_be_there_and_of_the_rest_two_percent_at_most()
    {
        const int Keys = 50_000;
        BloomFilter filter = new(Keys);
        for (long key = 0; key < Keys; key++)
        {
            filter.Add(BloomFilter.Hash(key << 6));
        }

        filter = BloomFilter.Load(filter.Bytes);

        Assert.All(Enumerable.Range(0, Keys), key => Assert.True(filter.MayContain(BloomFilter.Hash((long)key << 6))));
        int wrong = Enumerable.Range(Keys, Keys).Count(key => filter.MayContain(BloomFilter.Hash((long)key << 6)));
        Assert.InRange(wrong, 1, Keys / 50);
    }

    [Fact]
    public void An_empty_one_holds_nothing_and_bytes_of_another_length_are_none()
    {
        Assert.False(new BloomFilter(0).MayContain(BloomFilter.Hash(1)));
        Assert.Throws<FormatException>(() => BloomFilter.Load(new byte[63]));
        Assert.Throws<FormatException>(() => BloomFilter.Load([]));
    }
}
