using System.Numerics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Router.Streams.In;

namespace Router.Streams.Topics;

/// <summary>How many records of this silo's partitions lie there and are not settled: the same that Kafka's own tools show of the group, without its second of delay.</summary>
internal sealed class LagLook(KafkaMeter meter)
{
    // Before the first of them is assigned anew.
    private const int LooksFirst = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks the brokers, and tells the meter; where they do not answer, nothing is known. The answer: partitions of which nothing comes though something lies there, to be assigned anew. Of librdkafka's
    /// assignments those never begin to read that asked a broker for the group's offset which was not the group's coordinator any more (its issue 5586).
    /// </summary>
    public async Task<IReadOnlyList<TopicPartition>> LookAsync(IAdminClient admin, IConsumer<Ignore, Ignore> group)
    {
        ReadPartition[] reading = [.. meter.Read];
        List<TopicPartition> still = [];
        long[]? lags = null;
        try
        {
            lags = reading.Length == 0 ? [0, 0] : Lags(reading, await EndsAsync(admin, reading), await CommittedAsync(group, reading), still);
        }
        catch (KafkaException)
        {
            // Away, or a topic just went: TopicWatch says what matters of it.
        }

        meter.Lags(lags);
        return still;
    }

    private static long[] Lags(ReadPartition[] reading, Dictionary<TopicPartition, long> ends, Dictionary<TopicPartition, long> committed, List<TopicPartition> still)
    {
        long[] lags = [0, 0];
        foreach (ReadPartition partition in reading)
        {
            long settled = partition.Prefix.Settled >= 0 ? partition.Prefix.Settled : committed.GetValueOrDefault(partition.At);
            long behind = Math.Max(ends.GetValueOrDefault(partition.At) - settled, 0);
            lags[partition.Kind is TopicKind.Inbound or TopicKind.Receipts ? 1 : 0] += behind;
            if (behind > 0 && !partition.Prefix.HasRead && IsInVain(++partition.LooksInVain))
            {
                still.Add(partition.At);
            }
        }

        return lags;
    }

    // Less and less often: what lay there may have been removed by its age.
    private static bool IsInVain(int looks) => looks % LooksFirst == 0 && BitOperations.IsPow2(looks / LooksFirst);

    private static async Task<Dictionary<TopicPartition, long>> EndsAsync(IAdminClient admin, ReadPartition[] reading)
    {
        ListOffsetsResult ends = await admin.ListOffsetsAsync(
            reading.Select(static p => new TopicPartitionOffsetSpec { TopicPartition = p.At, OffsetSpec = OffsetSpec.Latest() }), new ListOffsetsOptions { RequestTimeout = Patience });
        return ends.ResultInfos.ToDictionary(static e => e.TopicPartitionOffsetError.TopicPartition, static e => e.TopicPartitionOffsetError.Offset.Value);
    }

    // Of those alone of which nothing was settled here yet.
    private static async Task<Dictionary<TopicPartition, long>> CommittedAsync(IConsumer<Ignore, Ignore> group, ReadPartition[] reading)
    {
        List<TopicPartition> fresh = [.. reading.Where(static p => p.Prefix.Settled < 0).Select(static p => p.At)];
        if (fresh.Count == 0)
        {
            return [];
        }

        List<TopicPartitionOffset> told = await Task.Run(() => group.Committed(fresh, Patience));
        return told.Where(static p => p.Offset.Value >= 0).ToDictionary(static p => p.TopicPartition, static p => p.Offset.Value);
    }
}
