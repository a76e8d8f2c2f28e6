using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Streams.Topics;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>Topics that cannot be made hold up no others: a Router that began with one missing read none at all.</summary>
public sealed class TopicWatchTests
{
    private static readonly Error Right = new(Confluent.Kafka.ErrorCode.NoError);

    [Fact]
    public async Task What_is_there_is_read_before_and_although_what_is_missing_cannot_be_made()
    {
        using var reader = new ScriptedReader();
        using var idle = new ScriptedReader(); // no lag is asked for
        int asked = 0;
        IAdminClient admin = Proxy<IAdminClient>.Of((member, given) => member switch
        {
            "GetMetadata" => new Metadata([], [Topic(TopicNames.Inbound), Topic(TopicNames.Receipts), Topic(TopicNames.Events)], 0, "broker"),
            "CreateTopicsAsync" => Make((CreateTopicsOptions?)given[1]),
            _ => Proxy<IAdminClient>.Unknown(member),
        });
        using var watch = new TopicWatch(reader.Options, reader.Reader, reader.Administration, new LagLook(idle.Meter), reader.Health, reader.Time, NullLogger<TopicWatch>.Instance);
        await watch.LookAsync(admin, null!);
        Assert.Equal(1, asked);

        Task Make(CreateTopicsOptions? options)
        {
            asked++;
            Assert.InRange(options!.RequestTimeout!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)); // a stop waits for it
            reader.Turn();
            Assert.Equal([TopicNames.Inbound, TopicNames.Receipts], reader.Client.Assigned.Order());
            return Task.FromException(new KafkaException(Confluent.Kafka.ErrorCode.Local_TimedOut));
        }
    }

    private static TopicMetadata Topic(string name) => new(name, [new PartitionMetadata(0, 0, [0], [0], Right)], Right);
}
