using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Router.Streams.Out;

namespace Router.Streams.Tests;

/// <summary>With a client that takes another's place, what comes after must not be at the brokers before what has to be written again: events keep their order.</summary>
public sealed class WriteBatchTests
{
    private readonly ProducerTally tally = new("event");

    [Fact]
    public async Task A_batch_does_not_overtake_one_of_a_client_that_failed()
    {
        var old = new ProducerLife();
        var next = new ProducerLife();
        WriteBatch first = Begun(old);
        WriteBatch second = Batch(first);
        Assert.False(second.TryJoin(next)); // nobody knows yet what became of the first
        Assert.False(second.IsLost);

        first.Fail(Confluent.Kafka.ErrorCode.Local_Fatal);
        await first.Done;

        Assert.False(second.TryJoin(next));
        Assert.True(second.IsLost);
    }

    [Fact]
    public async Task A_batch_goes_on_with_the_same_client_or_once_the_one_before_is_taken()
    {
        var old = new ProducerLife();
        var next = new ProducerLife();
        WriteBatch first = Begun(old);
        Assert.True(Batch(first).TryJoin(old));
        WriteBatch later = Batch(first);
        Assert.False(later.TryJoin(next));

        first.Acknowledged(new DeliveryReport<byte[], byte[]> { Status = PersistenceStatus.Persisted });
        first.Close();
        Assert.Equal(Confluent.Kafka.ErrorCode.NoError, await first.Done);

        Assert.True(later.TryJoin(next));
        Assert.False(later.IsLost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_does_not_overtake_an_older_one_where_the_one_between_is_taken_first_or_is_empty(bool isEmpty)
    {
        var old = new ProducerLife();
        var next = new ProducerLife();
        WriteBatch first = Begun(old);
        WriteBatch second = isEmpty ? Batch(first) : Begun(old, first);
        WriteBatch third = Batch(second);
        if (!isEmpty)
        {
            second.Written(Confluent.Kafka.ErrorCode.NoError); // its partition did not wait for that of the first
        }

        second.Close();
        Assert.Equal(Confluent.Kafka.ErrorCode.NoError, await second.Done);
        Assert.False(third.TryJoin(next));
        Assert.False(Batch(third).TryJoin(next));

        first.Fail(Confluent.Kafka.ErrorCode.Local_Fatal);
        Assert.False(third.TryJoin(next));
        Assert.True(third.IsLost);
    }

    [Fact]
    public void A_batch_does_not_overtake_one_of_the_same_client_of_which_a_record_was_not_taken()
    {
        var client = new ProducerLife();
        WriteBatch first = Begun(client);
        first.Written(Confluent.Kafka.ErrorCode.MsgSizeTooLarge); // and it is not closed, or others of it are under way

        WriteBatch second = Batch(first);
        Assert.False(second.TryJoin(client));
        Assert.True(second.IsLost);
    }

    [Fact]
    public void Batches_that_are_taken_are_let_go()
    {
        var client = new ProducerLife();
        (WriteBatch last, WeakReference first) = Chain(client);
        GC.Collect();
        Assert.False(first.IsAlive);
        Assert.True(last.TryJoin(client));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (WriteBatch Last, WeakReference First) Chain(ProducerLife client)
    {
        var turns = new Turns();
        var first = new WriteBatch(tally, scheduler: turns);
        Assert.True(first.TryJoin(client));
        WriteBatch second = Begun(client, first);
        first.Close();
        turns.RunAll();
        Assert.True(client.TryAdd(second)); // which forgets those that are told
        return (Batch(second), new WeakReference(first));
    }

    private WriteBatch Begun(ProducerLife client, WriteBatch? after = null)
    {
        WriteBatch batch = Batch(after);
        batch.Add();
        Assert.True(batch.TryJoin(client));
        return batch;
    }

    private WriteBatch Batch(WriteBatch? after) => new(tally, after: after);
}
