using Router.Storage.Lookups;
using Router.Testing;

namespace Router.Storage.Tests.Lookups;

public sealed class OrderingTests
{
    [Fact]
    public void A_few_more_than_ever_before_need_no_new_arrays()
    {
        Ordering order = new();
        order.Begin(8_000);

        Allocations.AssertNone(
            () =>
            {
                for (int count = 8_000; count <= 9_000; count += 100)
                {
                    order.Begin(count)[count - 1] = 1;
                    order.End(count);
                }
            },
            runs: 10);
    }
}
