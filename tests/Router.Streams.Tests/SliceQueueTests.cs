using Confluent.Kafka;
using Router.Core.Addresses;
using Router.Engine.Shards;
using Router.Grains.Streams;
using Router.Streams.In;

namespace Router.Streams.Tests;

/// <summary>A shard that has no owner yet holds up its own slices: made known to the agent, its stream would hold up its whole way while it wakes.</summary>
public sealed class SliceQueueTests
{
    [Fact]
    public async Task A_shard_without_an_owner_holds_up_itself_alone_and_keeps_its_order()
    {
        bool isAwake = false;
        var reader = new KafkaReader(new KafkaOptions(), null!, null!, null!, null!, null!, TimeProvider.System, null!);
        var queue = new SliceQueue(0, reader, shard => shard != 7 || isAwake);
        Slice[] slices = [Of(queue, 7), Of(queue, 3), Of(queue, 7), Of(queue, 3)];
        queue.Add(slices[0]);
        queue.Add(slices[1]);
        Assert.Equal([slices[1]], await queue.GetQueueMessagesAsync(0, TestContext.Current.CancellationToken));
        queue.Add(slices[2]);
        queue.Add(slices[3]);
        Assert.Equal([slices[3]], await queue.GetQueueMessagesAsync(0, TestContext.Current.CancellationToken));

        isAwake = true;
        Assert.Equal([slices[0], slices[2]], await queue.GetQueueMessagesAsync(0, TestContext.Current.CancellationToken));
        isAwake = false; // it moves: the stream is known, its deliveries wait for it
        Slice later = Of(queue, 7);
        queue.Add(later);
        Assert.Equal([later], await queue.GetQueueMessagesAsync(0, TestContext.Current.CancellationToken));
        await reader.DisposeAsync();
    }

    private static Slice Of(SliceQueue queue, int shard)
    {
        ulong high = 0;
        while (new ContactId(high, 0).Shard != shard)
        {
            high++;
        }

        var slice = new Slice(ShardStream.Of(shard), queue, null!, new SliceRooms());
        slice.Add(new AcceptRequest { Contact = new ContactId(high, 0) }, new ReadPartition(new TopicPartition("router.outbound.acme", 0), queue), 0, 0, "{}"u8);
        return slice;
    }
}
