namespace Router.Streams.Tests;

/// <summary>A tenant's own topic gets every event, in the log's order, whatever the client takes when.</summary>
public sealed class OwnTopicsTests
{
    // A read looks at four commits: between the two events of tenant 1 lie more.
    private static readonly int[] Rare = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

    [Fact]
    public void What_lies_further_on_than_one_read_looks_is_not_passed_over_by_who_catches_up()
    {
        using var h = new OwnTopicsHarness(Rare);
        h.Producer.Answer = static _ => Confluent.Kafka.ErrorCode.Local_QueueFull;
        h.GoOnToTheEnd();

        h.Producer.Answer = static _ => Confluent.Kafka.ErrorCode.NoError;
        h.Wait();
        h.Commit(2, 1);
        h.GoOnToTheEnd();

        Assert.Equal([1, 11, 18, 20], h.Producer.Taken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_comes_back_behind_misses_nothing_whether_it_reads_before_the_others_or_after(bool isBefore)
    {
        using var h = new OwnTopicsHarness(Rare, from: 16, behind: 1);
        if (isBefore)
        {
            h.Turns.RunAll();
        }

        h.GoOnToTheEnd();
        h.Commit(1);
        h.GoOnToTheEnd();

        Assert.Equal([11, 18, 19], h.Producer.Taken);
    }
}
