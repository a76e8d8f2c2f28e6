using Router.Storage.Memory;

namespace Router.Storage.Tests.Memory;

public sealed class TenantMessagesTests
{
    // Commits of 1 to 60 messages whose keys overlap those of the commits before, as those of 64 shards do; one in ten commits holds a message from far back.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Keys_of_commits_that_overlap_are_held_in_order(int seed)
    {
        Random random = new(seed);
        TenantMessages messages = new();
        SortedDictionary<long, int> model = [];
        for (int commit = 0; commit < 300; commit++)
        {
            int size = random.Next(1, 61);
            for (int i = 0; i < size; i++)
            {
                bool late = i == 0 && random.Next(10) == 0;
                long key = (late ? random.Next(commit + 1) : commit) * 1000L + random.Next(3000);
                if (model.TryAdd(key, model.Count))
                {
                    messages.Add(key, model.Count - 1);
                }
            }

            messages.Sort();
            if (commit % 50 == 0)
            {
                Assert.Equal(model.Values, Enumerable.Range(0, model.Count).Select(i => messages[i]));
            }
        }

        Assert.Equal(model.Values, Enumerable.Range(0, model.Count).Select(i => messages[i]));
        long[] keys = [.. model.Keys];
        for (int i = 0; i < keys.Length; i += 97)
        {
            Assert.Equal(i, messages.CountBelow(keys[i]));
            Assert.Equal(i + 1, messages.CountBelow(keys[i] + 1));
        }

        Assert.Equal(model.Count, messages.CountBelow(long.MaxValue));
    }
}
