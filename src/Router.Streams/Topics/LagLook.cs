using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Router.Streams.In;

namespace Router.Streams.Topics;

/// <summary>How many records of this silo's partitions lie there and are not settled: the same that Kafka's own tools show of the group, without its second of delay.</summary>
internal sealed class LagLook(KafkaOptions options, KafkaMeter meter)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks the brokers, and tells the meter; where they do not answer, nothing is known.</summary>
    public async Task LookAsync(IAdminClient admin)
    {
        ReadPartition[] reading = [.. meter.Read];
        long[]? lags = null;
        try
        {
            lags = reading.Length == 0 ? [0, 0] : Lags(reading, await EndsAsync(admin, reading), await CommittedAsync(admin, reading));
        }
        catch (KafkaException)
        {
            // Away, or a topic just went: TopicWatch says what matters of it.
        }

        meter.Lags(lags);
    }

    private static long[] Lags(ReadPartition[] reading, Dictionary<TopicPartition, long> ends, Dictionary<TopicPartition, long> committed)
    {
        long[] lags = [0, 0];
        foreach (ReadPartition partition in reading)
        {
            long settled = partition.Prefix.Settled >= 0 ? partition.Prefix.Settled : committed.GetValueOrDefault(partition.At);
            lags[partition.Kind is TopicKind.Inbound or TopicKind.Receipts ? 1 : 0] += Math.Max(ends.GetValueOrDefault(partition.At) - settled, 0);
        }

        return lags;
    }

    private static async Task<Dictionary<TopicPartition, long>> EndsAsync(IAdminClient admin, ReadPartition[] reading)
    {
        ListOffsetsResult ends = await admin.ListOffsetsAsync(
            reading.Select(static p => new TopicPartitionOffsetSpec { TopicPartition = p.At, OffsetSpec = OffsetSpec.Latest() }), new ListOffsetsOptions { RequestTimeout = Patience });
        return ends.ResultInfos.ToDictionary(static e => e.TopicPartitionOffsetError.TopicPartition, static e => e.TopicPartitionOffsetError.Offset.Value);
    }

    // Of those alone of which nothing was settled here yet.
    private async Task<Dictionary<TopicPartition, long>> CommittedAsync(IAdminClient admin, ReadPartition[] reading)
    {
        List<TopicPartition> fresh = [.. reading.Where(static p => p.Prefix.Settled < 0).Select(static p => p.At)];
        if (fresh.Count == 0)
        {
            return [];
        }

        List<ListConsumerGroupOffsetsResult> told = await admin.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(options.Group, fresh)], new ListConsumerGroupOffsetsOptions { RequestTimeout = Patience });
        return told[0].Partitions.Where(static p => p.Offset.Value >= 0).ToDictionary(static p => p.TopicPartition, static p => p.Offset.Value);
    }
}
