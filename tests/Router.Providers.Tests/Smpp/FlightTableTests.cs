using Router.Providers.Smpp;

namespace Router.Providers.Tests.Smpp;

public sealed class FlightTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public void Every_flight_is_found_by_its_number_once_whatever_the_order_of_answers(int window)
    {
        var random = new Random(window);
        var table = new FlightTable(window);
        var open = new Dictionary<uint, int>();
        uint last = 0;
        for (int n = 0; n < 10_000; n++)
        {
            while (open.Count >= window || (open.Count > 0 && random.Next(3) == 0))
            {
                uint answered = open.Keys.ElementAt(random.Next(open.Count));
                Assert.True(table.TryTake(answered, out Flight flight));
                Assert.Equal(open[answered], Departing.Number(flight.Message));
                Assert.False(table.TryTake(answered, out _));
                open.Remove(answered);
            }

            uint sequence = table.Add(Departing.Id(n), 0, 0, n);
            Assert.InRange(sequence, last + 1, last + 100);
            last = sequence;
            Assert.True(open.TryAdd(sequence, n));
            Assert.Equal(open.Count, table.Count);
        }
    }

    [Fact]
    public void Only_older_flights_are_overdue()
    {
        var table = new FlightTable(8);
        for (int n = 0; n < 8; n++)
        {
            table.Add(Departing.Id(n), 0, 0, writtenAt: n * 100);
        }

        int place = 0;
        var overdue = new List<int>();
        while (table.TryTakeOlder(350, ref place, out Flight flight))
        {
            overdue.Add(Departing.Number(flight.Message));
        }

        Assert.Equal([0, 1, 2, 3], overdue.Order());
        Assert.Equal(4, table.Count);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(5u)]
    [InlineData(uint.MaxValue)]
    public void A_number_that_was_not_given_finds_nothing(uint sequence)
    {
        var table = new FlightTable(2);
        table.Add(Departing.Id(1), 0, 0, 0);
        Assert.False(table.TryTake(sequence, out _));
    }
}
