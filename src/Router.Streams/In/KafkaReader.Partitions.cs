using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.In;

/// <content>Which partitions are read, which of them are paused, and what is stored of them.</content>
internal sealed partial class KafkaReader
{
    // Offsets are stored (and then committed once a second) so often; and so often it is looked whether what was paused may go on.
    private static readonly TimeSpan BalanceInterval = TimeSpan.FromMilliseconds(50);

    // Records of a partition behind its first that is not settled, at most: as many are read again after a crash.
    private const int OpenMax = 256 * 1024;

    // Kafka forgets a group's offset so long after its last commit (offsets.retention.minutes, seven days by default), whether or not somebody reads on; and the client commits none again that
    // stayed as it was (librdkafka's issues 1372, 1442). A silo that began after that would read the whole topic, most of whose keys are over.
    private static readonly TimeSpan CommitInterval = TimeSpan.FromHours(1);

    private readonly Dictionary<TopicPartition, ReadPartition> partitions = [];
    private readonly List<SliceQueue> queues = [];
    private IReadOnlyDictionary<string, int> topics = new Dictionary<string, int>();
    private IReadOnlyDictionary<string, int> known = new Dictionary<string, int>();
    private ReadPartition? newest;
    private long balancedAt;
    private long committedAt;

    /// <summary>Says which topics there are, with the number of their partitions. Any thread.</summary>
    public void Topics(IReadOnlyDictionary<string, int> there) => Volatile.Write(ref known, there);

    /// <summary>Has partitions assigned anew of which nothing was read yet. Any thread.</summary>
    public Task AssignAnewAsync(IReadOnlyList<TopicPartition> still) => DoAsync(consumer =>
    {
        TopicPartition[] unread = [.. still.Where(at => partitions.TryGetValue(at, out ReadPartition? partition) && !partition.Prefix.HasRead && !partition.IsPaused)];
        if (unread.Length > 0)
        {
            consumer.IncrementalUnassign(unread);
            consumer.IncrementalAssign(unread.Select(static at => new TopicPartitionOffset(at, Offset.Stored)));
            LogAssignedAnew(unread.Length);
        }
    });

    /// <summary>See <see cref="AttachAsync"/>.</summary>
    internal void Attach(IConsumer<Ignore, int> consumer, SliceQueue queue)
    {
        queues.Add(queue);
        Assign(consumer);
    }

    /// <summary>See <see cref="DetachAsync"/>.</summary>
    internal void Detach(IConsumer<Ignore, int> consumer, SliceQueue queue)
    {
        queues.Remove(queue);
        Store(consumer);
        Assign(consumer);
    }

    private void Assign(IConsumer<Ignore, int> consumer)
    {
        Dictionary<TopicPartition, SliceQueue> wanted = [];
        foreach ((string topic, int count) in topics)
        {
            for (int i = 0; i < count; i++)
            {
                if (queues.Find(q => q.Number == i % options.Queues) is { } queue)
                {
                    wanted.Add(new TopicPartition(topic, i), queue);
                }
            }
        }

        TopicPartition[] gone = [.. partitions.Where(p => !wanted.TryGetValue(p.Key, out SliceQueue? queue) || queue != p.Value.Queue).Select(static p => p.Key)];
        if (gone.Length > 0)
        {
            // What was read of them and not settled is somebody else's now, who reads it again: its slices are settled into nothing.
            // Of a topic that is gone nothing is committed: it would hold for the next one of that name.
            Commit(consumer, gone);
            consumer.IncrementalUnassign(gone);
            newest = null;
            foreach (TopicPartition at in gone)
            {
                partitions.Remove(at);
            }
        }

        TopicPartitionOffset[] added = [.. wanted.Where(w => !partitions.ContainsKey(w.Key)).Select(static w => new TopicPartitionOffset(w.Key, Offset.Stored))];
        foreach (TopicPartitionOffset at in added)
        {
            partitions.Add(at.TopicPartition, new ReadPartition(at.TopicPartition, wanted[at.TopicPartition]));
        }

        if (added.Length > 0)
        {
            consumer.IncrementalAssign(added);
            consumer.Resume(added.Select(static a => a.TopicPartition)); // a pause outlives an assignment
        }

        if (added.Length + gone.Length > 0)
        {
            meter.Reading([.. partitions.Values]);
            LogAssigned(partitions.Count, topics.Count);
        }
    }

    private void Balance(IConsumer<Ignore, int> consumer)
    {
        if (time.GetElapsedTime(balancedAt) < BalanceInterval)
        {
            return;
        }

        balancedAt = time.GetTimestamp();
        Store(consumer);
        if (partitions.Count > 0 && time.GetElapsedTime(committedAt) >= CommitInterval)
        {
            committedAt = time.GetTimestamp();
            CommitAgain(consumer);
        }

        foreach (ReadPartition partition in partitions.Values)
        {
            int inFlight = partition.Queue.InFlight;
            int behind = partition.Prefix.Open;
            partition.IsHeld = partition.IsHeld ? inFlight > options.InFlightMax / 2 || behind > OpenMax / 2 : inFlight > options.InFlightMax || behind > OpenMax;
            partition.IsFull = partition.IsFull && records.IsFull(partition);
            if (partition.IsHeld || partition.IsFull)
            {
                Pause(consumer, partition);
            }
            else if (partition.IsPaused)
            {
                consumer.Resume([partition.At]);
                partition.IsPaused = false;
            }
        }
    }

    private void Pause(IConsumer<Ignore, int> consumer, ReadPartition partition)
    {
        if (!partition.IsPaused)
        {
            consumer.Pause([partition.At]);
            partition.IsPaused = true;
            meter.Paused(partition);
        }
    }

    private void Store(IConsumer<Ignore, int> consumer)
    {
        foreach (ReadPartition partition in partitions.Values)
        {
            if (partition.Prefix.TryTake(out long offset))
            {
                consumer.StoreOffset(new TopicPartitionOffset(partition.At, offset));
                if (offset < partition.Stored)
                {
                    Commit(consumer, [partition.At]); // of a topic made anew: by itself the client commits only what is higher than what it committed last
                }

                partition.Stored = offset;
            }
        }
    }

    // What is settled; where nothing was settled here yet, what the group has. It is asked first: where its coordinator is away, that ends sooner than a commit.
    private void CommitAgain(IConsumer<Ignore, int> consumer)
    {
        try
        {
            List<TopicPartitionOffset> offsets = [];
            foreach (TopicPartitionOffset had in consumer.Committed(partitions.Keys, Patience))
            {
                long settled = partitions[had.TopicPartition].Prefix.Settled;
                if (settled >= 0 || had.Offset.Value >= 0)
                {
                    offsets.Add(new TopicPartitionOffset(had.TopicPartition, settled >= 0 ? settled : had.Offset));
                }
            }

            if (offsets.Count > 0)
            {
                consumer.Commit(offsets);
            }
        }
        catch (KafkaException fault)
        {
            LogFault(fault.Error.Code.ToString()); // tried again in an hour: there are many in seven days
        }
    }

    private void Commit(IConsumer<Ignore, int> consumer, TopicPartition[] which)
    {
        try
        {
            TopicPartitionOffset[] offsets = [.. which.Where(at => topics.ContainsKey(at.Topic)).Select(at => partitions[at]).Where(static p => p.Prefix.Settled >= 0).Select(static p => new TopicPartitionOffset(p.At, p.Prefix.Settled))];
            if (offsets.Length > 0)
            {
                consumer.Commit(offsets);
            }
        }
        catch (KafkaException fault)
        {
            // What is not committed is read again, and known.
            LogFault(fault.Error.Code.ToString());
        }
    }

    [LoggerMessage(1, LogLevel.Information, "reading {Partitions} partitions of {Topics} topics")]
    private partial void LogAssigned(int partitions, int topics);

    [LoggerMessage(7, LogLevel.Information, "{Partitions} partitions of which nothing came are assigned anew")]
    private partial void LogAssignedAnew(int partitions);
}
