using Router.Storage.Lookups;

namespace Router.Storage.Tests.Lookups;

public sealed class OrderingTests
{
    // What is swept ends with the commit that fills it: each time there may be a few more than ever before.
    [Fact]
    public void A_few_more_than_ever_before_need_no_new_arrays()
    {
        Ordering order = new();
        order.Begin(8_000).Clear();
        order.End(8_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int count = 8_000; count <= 9_000; count += 100)
        {
            order.Begin(count).Clear();
            order.End(count);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000);
    }
}
