using Router.Storage.Log;

namespace Router.Storage.Tests.Log;

public sealed class CommitRingTests
{
    [Fact]
    public void The_newest_commits_are_held_whole_whatever_their_lengths()
    {
        Random random = new(3);
        CommitRing ring = new(10_000);
        List<byte[]> all = [];
        for (int number = 1; number <= 3000; number++)
        {
            byte[] packed = new byte[random.Next(50) == 0 ? random.Next(12_000) : random.Next(1, 400)];
            random.NextBytes(packed);
            all.Add(packed);
            ring.Add(number, packed);
            Assert.Equal(number, ring.Last);
            for (long held = ring.First; held <= ring.Last; held++)
            {
                Assert.Equal(all[(int)held - 1], ring[held].ToArray());
            }

            Assert.Equal(packed.Length <= 10_000, ring.First <= ring.Last);
        }
    }

    [Fact]
    public void It_may_begin_at_any_number()
    {
        CommitRing ring = new(100);
        Assert.True(ring.First > ring.Last);
        ring.Add(77, [1, 2]);
        Assert.Equal((77, 77), (ring.First, ring.Last));
        Assert.Equal([1, 2], ring[77].ToArray());
    }
}
