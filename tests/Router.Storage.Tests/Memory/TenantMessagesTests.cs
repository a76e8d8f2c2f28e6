using Router.Storage.Memory;

namespace Router.Storage.Tests.Memory;

public sealed class TenantMessagesTests
{
    [Fact]
    public void Keys_that_come_out_of_order_are_held_in_order()
    {
        Random random = new(4);
        SlabTable<long, MessageRow> table = new();
        TenantMessages messages = new(table);
        long[] keys = [.. Enumerable.Range(0, 2000).Select(static i => (long)i * 3)];
        long[] shuffled = [.. keys];
        random.Shuffle(shuffled);
        foreach (long key in shuffled)
        {
            messages.Add(table.Add(new MessageRow { RowKey = key }));
        }

        Assert.Equal(keys, Enumerable.Range(0, keys.Length).Select(i => messages[i].RowKey));
        Assert.Equal(0, messages.CountBelow(0));
        Assert.Equal(1, messages.CountBelow(1));
        Assert.Equal(10, messages.CountBelow(30));
        Assert.Equal(2000, messages.CountBelow(long.MaxValue));
    }
}
