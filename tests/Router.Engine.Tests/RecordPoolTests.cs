using Router.Engine.Providers;
using Router.Testing;

namespace Router.Engine.Tests;

public sealed class RecordPoolTests
{
    private readonly RecordPool pool = new();

    [Theory]
    [InlineData(0, 256)]
    [InlineData(1, 256)]
    [InlineData(256, 256)]
    [InlineData(257, 512)]
    [InlineData(65_537, 131_072)]
    [InlineData(131_072, 131_072)]
    [InlineData(131_073, 131_073)]
    public void Rent_gives_the_next_size(int length, int size) => Assert.Equal(size, pool.Rent(length).Length);

    [Fact]
    public async Task What_another_thread_returns_is_rented_again_and_wiped()
    {
        byte[] record = pool.Rent(300);
        record.AsSpan().Fill(7);
        await Task.Run(() => pool.Return(record, 300), TestContext.Current.CancellationToken);
        byte[] again = pool.Rent(400);
        Assert.Same(record, again);
        Assert.False(again.AsSpan(0, 300).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void No_two_renters_have_the_same_array()
    {
        byte[] first = pool.Rent(10);
        byte[] second = pool.Rent(10);
        Assert.NotSame(first, second);
        pool.Return(first, 10);
        pool.Return(second, 10);
        Assert.NotSame(pool.Rent(10), pool.Rent(10));
    }

    [Fact]
    public void More_than_the_bound_is_let_go()
    {
        const int Largest = 131_072;
        byte[][] records = [.. Enumerable.Range(0, 40).Select(_ => pool.Rent(Largest))];
        foreach (byte[] record in records)
        {
            pool.Return(record, 1);
        }

        HashSet<byte[]> kept = [.. Enumerable.Range(0, 40).Select(_ => pool.Rent(Largest))];
        Assert.Equal(4 * 1024 * 1024 / Largest, records.Count(kept.Contains));
    }

    [Fact]
    public void What_is_not_of_the_pool_is_not_kept()
    {
        byte[] foreign = new byte[300];
        pool.Return(foreign, 300);
        Assert.NotSame(foreign, pool.Rent(300));
    }

    [Fact]
    public void Renting_and_returning_allocate_nothing() => Allocations.AssertNone(() =>
    {
        byte[] first = pool.Rent(300);
        byte[] second = pool.Rent(400);
        pool.Return(second, 400);
        pool.Return(first, 300);
    });
}
