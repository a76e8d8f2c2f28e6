using Microsoft.Extensions.Logging.Abstractions;
using Router.Streams.Out;
using Router.Streams.Out.Native;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>librdkafka asked directly, with no broker there: what is written waits in the client. What it writes, <see cref="KafkaTests"/> read.</summary>
public sealed class DirectProducerTests
{
    private readonly ProducerTally tally = new("event");

    [Fact]
    public async Task What_it_was_given_and_is_not_told_of_fails_with_it_and_nothing_is_taken_after_it()
    {
        LastingProducer producer = Make();
        WriteBatch batch = new(tally, producer.Works);
        batch.Add();
        Assert.Equal(Confluent.Kafka.ErrorCode.NoError, Write(producer, batch));
        batch.Close();
        Assert.False(batch.Done.IsCompleted);

        producer.Dispose();
        Assert.Equal(Confluent.Kafka.ErrorCode.Local_Fatal, await batch.Done);
        Assert.Equal(0, tally.Queued);
        Assert.Equal(Confluent.Kafka.ErrorCode.Local_Fatal, Write(producer, batch));
        Assert.Equal(Confluent.Kafka.ErrorCode.Local_Fatal, Write(producer, new WriteBatch(tally)));
    }

    [Fact]
    public void Writing_a_record_allocates_nothing()
    {
        using LastingProducer producer = Make();
        WriteBatch batch = new(tally, producer.Works);
        Assert.Equal(Confluent.Kafka.ErrorCode.NoError, Write(producer, batch)); // the client, the topic, the batch's handle
        Allocations.AssertNone(() => Write(producer, batch));
    }

    private static LastingProducer Make() => new(
        new KafkaOptions { BootstrapServers = "127.0.0.1:1" }, new KafkaHealth(TimeProvider.System), TimeProvider.System, NullLogger.Instance, TimeSpan.FromMilliseconds(100), static _ => { }) { IsDirect = true };

    private static Confluent.Kafka.ErrorCode Write(LastingProducer producer, WriteBatch batch) => producer.Write(
        "router.events", new EventRecord { Key = "key"u8, Value = "{}"u8, Id = "id"u8, Type = "message.sent"u8, Time = "2026-11-27T10:00:00.000Z"u8, Tenant = "acme"u8 }, batch);
}
