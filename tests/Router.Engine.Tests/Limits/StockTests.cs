using Router.Engine.Limits;

namespace Router.Engine.Tests.Limits;

public sealed class StockTests
{
    [Fact]
    public void It_lends_all_or_nothing_until_it_is_given_back()
    {
        var stock = new Stock(10);
        Assert.True(stock.TryTake(7));
        Assert.False(stock.TryTake(4));
        Assert.True(stock.TryTake(3));
        Assert.False(stock.TryTake(1));
        stock.GiveBack(2);
        Assert.True(stock.TryTake(2));
        Assert.Equal(10, stock.Lent);
    }

    [Fact]
    public void Lowered_below_what_is_lent_it_lends_again_when_enough_came_back()
    {
        var stock = new Stock(10);
        Assert.True(stock.TryTake(8));
        stock.Capacity = 5;
        Assert.False(stock.TryTake(1));
        stock.GiveBack(4);
        Assert.True(stock.TryTake(1));
        Assert.False(stock.TryTake(1));
    }

    [Fact]
    public void What_the_store_held_already_counts_even_above_the_limit()
    {
        var stock = new Stock(10);
        stock.Recount(12);
        Assert.False(stock.TryTake(1));
        stock.GiveBack(3);
        Assert.True(stock.TryTake(1));
    }

    [Fact]
    public void More_given_back_than_lent_is_a_fault_and_does_not_widen_it()
    {
        var stock = new Stock(10);
        Assert.True(stock.TryTake(1));
        Assert.Throws<InvalidOperationException>(() => stock.GiveBack(2));
        Assert.Equal(1, stock.Lent);
        Assert.False(stock.TryTake(long.MaxValue));
    }

    [Fact]
    public async Task Many_threads_never_take_more_than_there_is()
    {
        var stock = new Stock(1_000);
        long[] taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(
            () =>
            {
                long sum = 0;
                for (int i = 0; i < 20_000; i++)
                {
                    sum += stock.TryTake(1 + (n & 1)) ? 1 + (n & 1) : 0;
                    if (sum > 0 && i % 3 == 0)
                    {
                        stock.GiveBack(1);
                        sum--;
                    }
                }

                return sum;
            },
            TestContext.Current.CancellationToken)));
        Assert.Equal(stock.Lent, taken.Sum());
        Assert.InRange(stock.Lent, 0, 1_000);
    }
}
