using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Grains.Streams;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <content>What becomes of a record.</content>
internal sealed partial class KafkaReader
{
    private const int RequestsATake = 256;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);

    private void Take(IConsumer<Ignore, int> consumer, ConsumeResult<Ignore, int> result)
    {
        health.Up();
        if (!partitions.TryGetValue(new TopicPartition(result.Topic, result.Partition), out ReadPartition? partition))
        {
            return; // given back meanwhile
        }

        long offset = result.Offset.Value;
        if (partition.Kind is TopicKind.Inbound or TopicKind.Receipts)
        {
            partition.Prefix.Read(offset);
            TakeFromGateway(partition, offset, result.Message.Headers);
            return;
        }

        if (free.Count == 0)
        {
            pool.Take(free, RequestsATake);
        }

        AcceptRequest request = free.Pop();
        RecordVerdict verdict = Read(partition, result.Message, offset, request, out string reason);
        if (verdict == RecordVerdict.Wait)
        {
            // It comes again when its tenant has room: nothing of this partition is read until then.
            free.Push(request);
            partition.IsFull = true;
            Pause(consumer, partition);
            consumer.Seek(new TopicPartitionOffset(partition.At, result.Offset));
            return;
        }

        partition.Prefix.Read(offset);
        if (verdict == RecordVerdict.Message)
        {
            Add(partition, offset, request);
            return;
        }

        AcceptRequestPool.Blank(request);
        free.Push(request);
        _ = BuryAsync(partition, offset, DeadRecords.Of(partition.At, offset, reason, value.Value, result.Message.Headers));
    }

    // A record that a reader was not made for must not stop the others: it is looked at by people.
    private RecordVerdict Read(ReadPartition partition, Message<Ignore, int> message, long offset, AcceptRequest request, out string reason)
    {
        try
        {
            return records.Read(partition.Source, message.Headers, value.Value, offset, message.Timestamp.UnixTimestampMs, request, out reason);
        }
#pragma warning disable CA1031 // Whatever it was, it would come again with each try.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogUnreadable(partition.At.Topic, partition.At.Partition.Value, offset, fault.GetType().Name);
            reason = "unreadable";
            return RecordVerdict.Dead;
        }
    }

    private void Add(ReadPartition partition, long offset, AcceptRequest request)
    {
        int shard = request.Contact.Shard;
        (SliceQueue, int) key = (partition.Queue, shard);
        if (!openByShard.TryGetValue(key, out Slice? slice) || !slice.HasRoom(value.Value.Length))
        {
            // The one before goes with the others: its order in the stream is that of the list.
            slice = new Slice(ShardStream.Of(shard), partition.Queue, letters);
            open.Add(slice);
            openByShard[key] = slice;
        }

        slice.Add(request, partition, offset, value.Value);
    }

    private void TakeFromGateway(ReadPartition partition, long offset, Headers headers)
    {
        if (gateways.Refuses(partition.Kind, value.Value, out string reason))
        {
            _ = BuryAsync(partition, offset, DeadRecords.Of(partition.At, offset, reason, value.Value, headers));
            return;
        }

        _ = TellAsync(partition, offset, value.Value.ToArray());
    }

    // What a gateway tells goes straight to the engine, which finds its shard, here or on another silo.
    private async Task TellAsync(ReadPartition partition, long offset, byte[] told)
    {
        int weight = SliceQueue.WeightOf(1, told.Length);
        partition.Queue.Began(weight);
        while (!await IsToldAsync(partition, offset, told).ConfigureAwait(false))
        {
            await Task.Delay(AskAgain, time, CancellationToken.None).ConfigureAwait(false);
            if (gateways.Refuses(partition.Kind, told, out string reason))
            {
                // Right when it was read: its provider was removed or changed since.
                await BuryAsync(partition, offset, DeadRecords.Of(partition.At, offset, reason, told)).ConfigureAwait(false);
                partition.Queue.Ended(weight);
                return;
            }
        }

        meter.Told();
        partition.Prefix.Settle(offset);
        partition.Queue.Ended(weight);
    }

    private async Task<bool> IsToldAsync(ReadPartition partition, long offset, byte[] told)
    {
        try
        {
            return await gateways.TellAsync(partition.Kind, told).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A fault that nobody sees would hold up the partition until a restart.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotTold(partition.At.Topic, partition.At.Partition.Value, offset, fault.GetType().Name);
            return false;
        }
    }

    private async Task BuryAsync(ReadPartition partition, long offset, DeadRecord record)
    {
        int weight = SliceQueue.WeightOf(1, record.Value.Length);
        partition.Queue.Began(weight);
        await letters.BuryAsync(record).ConfigureAwait(false);
        LogDead(record.Topic, record.Partition, record.Offset, record.Reason);
        partition.Prefix.Settle(offset);
        partition.Queue.Ended(weight);
    }

    [LoggerMessage(2, LogLevel.Debug, "record {Topic}/{Partition}/{Offset} is a dead letter: {Reason}")]
    private partial void LogDead(string topic, int partition, long offset, string reason);

    [LoggerMessage(5, LogLevel.Error, "record {Topic}/{Partition}/{Offset} could not be looked at ({Fault}): it is a dead letter")]
    private partial void LogUnreadable(string topic, int partition, long offset, string fault);

    [LoggerMessage(6, LogLevel.Warning, "record {Topic}/{Partition}/{Offset} was not taken ({Fault}); trying again")]
    private partial void LogNotTold(string topic, int partition, long offset, string fault);
}
