using Router.Storage.Memory;

namespace Router.Storage.Tests.Memory;

public sealed class SlabTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_additions_and_withdrawals_leave_what_a_dictionary_holds(int seed)
    {
        Random random = new(seed);
        SlabTable<long, MessageRow> table = new();
        List<long> keys = [];
        for (int step = 0; step < 60_000; step++)
        {
            if (keys.Count > 0 && random.Next(3) == 0)
            {
                table.RemoveLast();
                keys.RemoveAt(keys.Count - 1);
                continue;
            }

            long key = random.NextInt64(100_000) << random.Next(20);
            int found = table.Find(key);
            Assert.Equal(keys.IndexOf(key, Math.Max(0, found)), found);
            if (found < 0)
            {
                Assert.Equal(keys.Count, table.Add(new MessageRow { RowKey = key }));
                keys.Add(key);
            }
        }

        Assert.Equal(keys.Count, table.Count);
        for (int i = 0; i < keys.Count; i++)
        {
            Assert.Equal(i, table.Find(keys[i]));
            Assert.Equal(keys[i], table[i].RowKey);
        }
    }

    // Keys that all fall on one place of the index: the hardest case for taking the last one back.
    [Fact]
    public void Withdrawals_among_colliding_keys_lose_none_of_the_others()
    {
        SlabTable<ulong, ReceiptRow> table = new();
        for (ulong i = 0; i < 400; i++)
        {
            table.Add(new ReceiptRow { ReceiptKey = ((i + 1) << 32) | (i % 3) });
        }

        for (int left = 400; left > 0; left--)
        {
            table.RemoveLast();
            for (ulong i = 0; i < 400; i++)
            {
                Assert.Equal(i < (ulong)left - 1 ? (int)i : -1, table.Find(((i + 1) << 32) | (i % 3)));
            }
        }
    }

    [Fact]
    public void FindOrAdd_KeepsTheFirstRowOfAKeyAndGrows()
    {
        SlabTable<ulong, ReceiptRow> table = new();
        for (int round = 0; round < 2; round++)
        {
            for (ulong i = 0; i < 5000; i++)
            {
                Assert.Equal((int)i, table.FindOrAdd(new ReceiptRow { ReceiptKey = i * 1024, Provider = round }));
            }
        }

        Assert.Equal(5000, table.Count);
        Assert.Equal(0, table[table.Find(4999 * 1024)].Provider);
    }
}
