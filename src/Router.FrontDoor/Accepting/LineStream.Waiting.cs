using System.Runtime.CompilerServices;
using Router.Engine.Accepting;
using Router.Engine.Shards;

namespace Router.FrontDoor.Accepting;

// When the reader may go on, and what it waits for when it may not.
internal sealed partial class LineStream
{
    // Requests are taken from the shared ones so many at a time.
    private const int TakenAtOnce = 64;

    // Between two looks at a shard that has no owner.
    private static readonly TimeSpan OwnerPause = TimeSpan.FromMilliseconds(20);

    private long collected;
    private int withShards;

    /// <summary>Whether another line may be taken: no more are with their shards than may be, and its answer has a place among those that may wait unread.</summary>
    private bool HasRoom()
    {
        if (!MayHaveMore())
        {
            return false;
        }

        if (free.Count == 0)
        {
            shared.Requests.Take(free, TakenAtOnce);
        }

        return HasAnswerRoom();
    }

    private bool MayHaveMore()
    {
        int most = shared.LinesEach;
        if (submitted - collected >= most)
        {
            Collect();
        }

        return submitted - collected < most;
    }

    // A stream that has lines with the shards is one of those that share what may be there; whether its client reads the answers is of no account. Reader and owners.
    private void CountIn()
    {
        if (Interlocked.Increment(ref withShards) == 1)
        {
            shared.CountStream(true);
        }
    }

    private void CountOut()
    {
        if (Interlocked.Decrement(ref withShards) == 0)
        {
            shared.CountStream(false);
        }
    }

    private bool HasAnswerRoom()
    {
        // Closing chunks in time lets a stream that is read as it is written do with a few of them.
        if (submitted - collected >= TakenAtOnce)
        {
            Collect();
        }

        return submitted - Math.Min(collected, Volatile.Read(ref written)) < AnswerRing.Capacity && charged - Volatile.Read(ref writtenCharge) <= UnreadBytesMax;
    }

    /// <summary>Takes requests back whose answers are known, in order.</summary>
    private void Collect()
    {
        while (collected < submitted)
        {
            ref AnswerSlot slot = ref ring[collected];
            if (Volatile.Read(ref slot.State) != AnswerSlot.Done)
            {
                break;
            }

            if (slot.Request is { } request)
            {
                slot.Request = null;
                AcceptRequestPool.Blank(request);
                free.Push(request);
            }

            collected++;
        }

        ring.CloseUpTo(Math.Min(collected, Volatile.Read(ref written)));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync()
    {
        if (closing.IsCancellationRequested)
        {
            return;
        }

        if (held is not null)
        {
            Interlocked.Increment(ref shared.Counts.WaitsForShard);
            await (heldFallback is { Outcome.IsCompleted: false } fallback ? WaitForFallbackAsync(fallback) : WaitForShardAsync((held.Fallback ?? held).Contact.Shard));
            return;
        }

        // At the bound: for the oldest answer. Below it: for the writer.
        long number = MayHaveMore() ? Signal.Any : collected;
        readerSignal.Prepare(number);

        // The oldest answer may have come before it was announced that it is waited for; and others may have begun since, so that the bound fell: then it waits for something else.
        if ((HasRoom() || (number == Signal.Any ? !MayHaveMore() : number != collected) || closing.IsCancellationRequested) && readerSignal.Cancel(number))
        {
            return;
        }

        Interlocked.Increment(ref number == Signal.Any ? ref shared.Counts.WaitsForClient : ref shared.Counts.WaitsForAnswers);
        await readerSignal.WaitAsync();
    }

    private async ValueTask WaitForFallbackAsync(FallbackAccept fallback)
    {
        try
        {
            await fallback.Outcome.WaitAsync(closing.Token);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Told by the loop.
        }
    }

    private async ValueTask WaitForShardAsync(int shard)
    {
        try
        {
            await shared.Shards.WaitForRoomAsync(shard, closing.Token);
            if (heldBecause is Intake.NoOwner or Intake.NoMemory)
            {
                // A shard without an owner, or one whose queue has room while memory has none, may answer at once, again and again.
                await Task.Delay(OwnerPause, shared.Time, closing.Token);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Told by the loop.
        }
    }
}
