using Router.Engine.Shards;

namespace Router.Grains.Shards;

/// <summary>
/// The queue towards a shard on another silo: bounded, one call under way, what comes meanwhile is the next. A call whose answer does not come is answered
/// <see cref="AcceptOutcome.Unavailable"/> and never repeated from here: it may have been kept, and only the tenant's idempotency key can tell. Any thread.
/// </summary>
internal sealed class RemoteShard(int shard, IShardGrain owner, int capacity, RemoteFaults faults)
{
    private const int BatchMax = 256;

    private readonly Lock gate = new();
    private readonly Queue<AcceptRequest> queue = new();
    private TaskCompletionSource? room;
    private bool calling;

    /// <summary>Queues <paramref name="request"/>; false: full.</summary>
    public bool TryAccept(AcceptRequest request)
    {
        lock (gate)
        {
            if (queue.Count >= capacity)
            {
                return false;
            }

            queue.Enqueue(request);
            if (calling)
            {
                return true;
            }

            calling = true;
        }

        _ = Task.Run(CallAsync);
        return true;
    }

    /// <summary>Ends once there may be room.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (queue.Count < capacity)
            {
                return Task.CompletedTask;
            }

            room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return room.Task.WaitAsync(cancellationToken);
        }
    }

    private async Task CallAsync()
    {
        while (Next() is { } batch)
        {
            AcceptAnswer[]? answers = null;
            try
            {
                answers = await owner.AcceptAsync(Array.ConvertAll(batch, AcceptItem.Of));
            }
#pragma warning disable CA1031 // A fault in the other silo comes as whatever was thrown there; to the tenant it is one answer.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                faults.Add(shard, fault);
            }

            for (int i = 0; i < batch.Length; i++)
            {
                (answers is null ? AcceptAnswer.Unavailable : answers[i]).Complete(batch[i]);
            }
        }
    }

    private AcceptRequest[]? Next()
    {
        TaskCompletionSource? told;
        AcceptRequest[] batch;
        lock (gate)
        {
            if (queue.Count == 0)
            {
                calling = false;
                return null;
            }

            batch = new AcceptRequest[Math.Min(queue.Count, BatchMax)];
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = queue.Dequeue();
            }

            told = room;
            room = null;
        }

        told?.TrySetResult();
        return batch;
    }
}
