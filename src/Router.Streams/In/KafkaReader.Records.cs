using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Journal;
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
        if (Find(result) is not { } partition)
        {
            return; // given back meanwhile
        }

        long offset = result.Offset.Value;
        if (partition.Kind is TopicKind.Inbound or TopicKind.Receipts)
        {
            _ = TellAsync(partition, offset, partition.Prefix.Read(offset), value.Value.ToArray(), result.Message.Headers);
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

        int generation = partition.Prefix.Read(offset);
        if (verdict == RecordVerdict.Message)
        {
            Add(partition, offset, generation, request, result.Message.Headers);
            return;
        }

        AcceptRequestPool.Blank(request);
        free.Push(request);
        _ = BuryAsync(partition, offset, generation, DeadRecords.Of(partition.At, offset, reason, value.Value, result.Message.Headers));
    }

    // Records of a partition come in runs.
    private ReadPartition? Find(ConsumeResult<Ignore, int> result)
    {
        if (newest is { } run && run.At.Partition == result.Partition && run.At.Topic == result.Topic)
        {
            return run;
        }

        partitions.TryGetValue(new TopicPartition(result.Topic, result.Partition), out newest);
        return newest;
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

    private void Add(ReadPartition partition, long offset, int generation, AcceptRequest request, Headers headers)
    {
        ReadOnlySpan<byte> kept = keptHeaders.AsSpan(0, KeptHeaders.Write(headers, keptHeaders));
        int shard = request.Contact.Shard;
        (SliceQueue, int) key = (partition.Queue, shard);
        if (!openByShard.TryGetValue(key, out Slice? slice) || !slice.HasRoom(value.Value.Length + kept.Length))
        {
            // The one before goes with the others: its order in the stream is that of the list.
            slice = new Slice(ShardStream.Of(shard), partition.Queue, letters, rooms);
            open.Add(slice);
            openByShard[key] = slice;
        }

        slice.Add(request, partition, offset, generation, value.Value, kept);
    }

    // What a gateway tells goes straight to the engine, which finds its shard, here or on another silo.
    private async Task TellAsync(ReadPartition partition, long offset, int generation, byte[] told, Headers headers)
    {
        int weight = SliceQueue.WeightOf(1, told.Length);
        partition.Queue.Began(weight);
        if (await TellUntilKeptAsync(partition, offset, told).ConfigureAwait(false) is { } reason)
        {
            await BuryAsync(partition, offset, generation, DeadRecords.Of(partition.At, offset, reason, told, headers)).ConfigureAwait(false);
        }
        else
        {
            meter.Told();
            partition.Prefix.Settle(offset, generation);
        }

        partition.Queue.Ended(weight);
    }

    // Null: it is kept; else why it never can be. Decoded with each try: its provider may be removed or changed meanwhile.
    private async Task<string?> TellUntilKeptAsync(ReadPartition partition, long offset, byte[] value)
    {
        while (true)
        {
            try
            {
                if (gateways.Read(partition.Kind, value, out string reason) is not { } told)
                {
                    return reason;
                }

                if (await gateways.TellAsync(told).ConfigureAwait(false))
                {
                    return null;
                }
            }
            catch (Exception fault) when (MayPass(fault))
            {
                LogNotTold(partition.At.Topic, partition.At.Partition.Value, offset, fault.GetType().Name);
            }
#pragma warning disable CA1031 // Whatever it was, it would come again with each try, and hold up the partition for ever.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogUnreadable(partition.At.Topic, partition.At.Partition.Value, offset, fault.GetType().Name);
                return "unreadable";
            }

            await Task.Delay(AskAgain, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // What a silo lacks for a while, or as it stops; anything else is the record's.
    private static bool MayPass(Exception fault) =>
        fault is JournalUnavailableException or OrleansException or TimeoutException or OperationCanceledException or ObjectDisposedException or IOException or OutOfMemoryException;

    private async Task BuryAsync(ReadPartition partition, long offset, int generation, DeadRecord record)
    {
        int weight = SliceQueue.WeightOf(1, record.Value.Length);
        partition.Queue.Began(weight);
        await letters.BuryAsync(record).ConfigureAwait(false);
        LogDead(record.Topic, record.Partition, record.Offset, record.Reason);
        partition.Prefix.Settle(offset, generation);
        partition.Queue.Ended(weight);
    }

    [LoggerMessage(2, LogLevel.Debug, "record {Topic}/{Partition}/{Offset} is a dead letter: {Reason}")]
    private partial void LogDead(string topic, int partition, long offset, string reason);

    [LoggerMessage(5, LogLevel.Error, "record {Topic}/{Partition}/{Offset} could not be looked at ({Fault}): it is a dead letter")]
    private partial void LogUnreadable(string topic, int partition, long offset, string fault);

    [LoggerMessage(6, LogLevel.Warning, "record {Topic}/{Partition}/{Offset} was not taken ({Fault}); trying again")]
    private partial void LogNotTold(string topic, int partition, long offset, string fault);
}
