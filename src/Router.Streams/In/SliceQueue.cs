using Orleans.Streams;
using Router.Core.Messages;

namespace Router.Streams.In;

/// <summary>
/// One way of records into the shards: what the reader put together for it, and the agent's memory of what is not delivered yet (one list a stream, so that a shard that keeps nothing holds up
/// itself alone). The reader adds on its thread; all else happens on the agent's turns.
/// </summary>
internal sealed class SliceQueue(int number, KafkaReader reader, Func<int, bool> isAwake) : IQueueAdapterReceiver, IQueueCache
{
    // How long the agent waits here for something to come: an idle way costs five looks a second.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly Lock sync = new();
    private readonly Dictionary<StreamId, LinkedList<Slice>> streams = [];
    private readonly bool[] known = new bool[MessageId.ShardCount];
    private List<IBatchContainer> ready = [];
    private List<IBatchContainer> cold = [];
    private TaskCompletionSource? arrived;
    private int inFlight;

    /// <summary>Partitions with this number, modulo all ways, come here.</summary>
    public int Number => number;

    /// <summary>Records read and not delivered, in weights.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>What records weigh: one each, and as much again for each 4 KiB, so that large ones do not fill the memory that small ones were reckoned for.</summary>
    public static int WeightOf(int count, int bytes) => count + (bytes / 4_096);

    /// <summary>Adds slices that are complete.</summary>
    public void Add(Slice slice)
    {
        Interlocked.Add(ref inFlight, slice.Weight);
        TaskCompletionSource? waiting;
        lock (sync)
        {
            slice.SequenceToken = new Orleans.Providers.Streams.Common.EventSequenceTokenV2(reader.NextNumber());
            ready.Add(slice);
            (waiting, arrived) = (arrived, null);
        }

        waiting?.TrySetResult();
    }

    /// <summary>A record that goes in no slice was read.</summary>
    public void Began(int weight) => Interlocked.Add(ref inFlight, weight);

    /// <summary>It is settled.</summary>
    public void Ended(int weight) => Interlocked.Add(ref inFlight, -weight);

    /// <summary>A slice was delivered: all of its records are settled.</summary>
    public void Delivered(Slice slice)
    {
        Interlocked.Add(ref inFlight, -slice.Weight);
        reader.Settle(slice);
    }

    /// <inheritdoc/>
    public Task Initialize(TimeSpan timeout) => reader.AttachAsync(this);

    /// <inheritdoc/>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (Take() is { Count: > 0 } some)
        {
            return some;
        }

        Task arrival;
        lock (sync)
        {
            arrival = ready.Count > 0 ? Task.CompletedTask : (arrived ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        // The wall clock's delay: how long an agent waits is nothing that a test of rules turns on.
        await arrival.WaitAsync(Poll, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return Take();
    }

    /// <inheritdoc/>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task Shutdown(TimeSpan timeout) => reader.DetachAsync(this);

    /// <inheritdoc/>
    public int GetMaxAddCount() => QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (Slice slice in messages.Cast<Slice>())
        {
            Of(slice.StreamId).AddLast(slice);
        }
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        purgedItems = [];
        return false;
    }

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) => new SliceCursor(Of(streamId));

    /// <inheritdoc/>
    public bool IsUnderPressure() => false; // the reader pauses partitions instead

    private LinkedList<Slice> Of(StreamId stream)
    {
        if (!streams.TryGetValue(stream, out LinkedList<Slice>? waiting))
        {
            streams.Add(stream, waiting = new LinkedList<Slice>());
        }

        return waiting;
    }

    private List<IBatchContainer> Take()
    {
        lock (sync)
        {
            List<IBatchContainer> taken = ready;
            ready = [];
            return cold.Count == 0 && taken.TrueForAll(s => known[((Slice)s).Shard]) ? taken : WarmLocked([.. cold, .. taken]);
        }
    }

    // The agent takes nothing more of a way while it makes a stream known to its shard, which wakes it: that of a shard without an owner would hold up those of all the others.
    private List<IBatchContainer> WarmLocked(List<IBatchContainer> all)
    {
        List<IBatchContainer> warm = [];
        cold = [];
        foreach (IBatchContainer slice in all)
        {
            int shard = ((Slice)slice).Shard;
            known[shard] = known[shard] || isAwake(shard);
            (known[shard] ? warm : cold).Add(slice);
        }

        return warm;
    }
}
