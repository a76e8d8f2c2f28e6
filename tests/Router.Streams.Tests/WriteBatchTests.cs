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

    private WriteBatch Begun(ProducerLife client)
    {
        WriteBatch batch = Batch(null);
        batch.Add();
        Assert.True(batch.TryJoin(client));
        return batch;
    }

    private WriteBatch Batch(WriteBatch? after) => new(tally, after: after);
}
