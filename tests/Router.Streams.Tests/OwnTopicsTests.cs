using Router.Streams.Out;

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

    [Fact]
    public void After_one_that_the_client_refused_none_is_written_before_it_is_written_again()
    {
        using var h = new OwnTopicsHarness([1, 1]);
        h.Producer.Holds = true;
        h.Producer.Answer = static commit => commit == 2 ? Confluent.Kafka.ErrorCode.Local_QueueFull : Confluent.Kafka.ErrorCode.NoError;
        h.GoOnToTheEnd();
        GoesOnInOrder(h, Confluent.Kafka.ErrorCode.NoError, [1, 1, 2, 3]);
    }

    [Fact]
    public void After_one_that_the_client_refused_of_what_was_read_for_itself_none_is_written_before_it_is_written_again()
    {
        using var h = new OwnTopicsHarness([1, 1], from: 2, behind: 0);
        h.Producer.Holds = true;
        h.Producer.Answer = static commit => commit == 2 ? Confluent.Kafka.ErrorCode.Local_QueueFull : Confluent.Kafka.ErrorCode.NoError;
        h.GoOnToTheEnd();
        GoesOnInOrder(h, Confluent.Kafka.ErrorCode.NoError, [1, 1, 2, 3]);
    }

    [Fact]
    public void With_another_client_none_is_written_before_what_the_last_one_may_have_lost()
    {
        using var h = new OwnTopicsHarness([1]);
        h.Producer.Holds = true;
        h.GoOnToTheEnd();
        h.Producer.Client = new ProducerLife();
        GoesOnInOrder(h, Confluent.Kafka.ErrorCode.Local_Fatal, [1, 1, 2]);
    }

    [Fact]
    public void The_place_that_is_kept_lies_before_what_was_not_taken_while_later_ones_are_under_way()
    {
        using var h = new OwnTopicsHarness([1]);
        h.Producer.Holds = true;
        h.GoOnToTheEnd();
        h.Commit(1);
        h.GoOnToTheEnd();
        h.Producer.Tell(Confluent.Kafka.ErrorCode.MsgSizeTooLarge, count: 1);
        h.GoOnToTheEnd();

        h.Time.Advance(EventExport.KeepInterval);
        h.GoOnToTheEnd();

        Assert.Equal(0, Assert.Single(h.Kept!).Commit);
    }

    [Fact]
    public void Who_has_all_that_was_handed_out_is_not_kept_as_behind_wherever_its_last_event_lies()
    {
        using var h = new OwnTopicsHarness(Rare);
        h.GoOnToTheEnd();
        h.Commit(2, 2);
        h.GoOnToTheEnd();
        h.Time.Advance(EventExport.KeepInterval);
        h.GoOnToTheEnd();
        Assert.Empty(h.Kept!);

        // One under way is, from where all were when it was read.
        h.Producer.Holds = true;
        h.Commit(1);
        h.GoOnToTheEnd();
        h.Time.Advance(EventExport.KeepInterval);
        h.GoOnToTheEnd();
        Assert.Equal(20, Assert.Single(h.Kept!).Commit);
    }

    // Another event comes while the brokers have not said what became of those before; then they do, and the client takes again.
    private static void GoesOnInOrder(OwnTopicsHarness h, Confluent.Kafka.ErrorCode told, long[] expected)
    {
        h.Producer.Answer = static _ => Confluent.Kafka.ErrorCode.NoError;
        h.Commit(1);
        h.GoOnToTheEnd();
        Assert.Equal([1], h.Producer.Taken);

        h.Producer.Holds = false;
        h.Producer.Tell(told);
        h.Wait();
        h.GoOnToTheEnd();
        Assert.Equal(expected, h.Producer.Taken);
    }
}
