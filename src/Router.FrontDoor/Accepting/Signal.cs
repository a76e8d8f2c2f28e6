using System.Threading.Tasks.Sources;

namespace Router.FrontDoor.Accepting;

/// <summary>
/// One waiter that sleeps until the answer with a certain number is done, or until something else it waits for has changed. Wakers look at one field; only the one that
/// finds its number there pays for the wake-up, so a batch of thousands of answers wakes once.
/// </summary>
/// <remarks>
/// Hot path, 0 B. Waiter: <see cref="Prepare"/>, look again, then <see cref="Cancel"/> or await <see cref="WaitAsync"/>. Waker: change what is waited for, then
/// <see cref="Wake"/>. Full fences on both sides (each writes one field and reads the other's): none misses the other.
/// </remarks>
internal sealed class Signal : IValueTaskSource
{
    // Not -1, which is Any.
    private const long Nobody = long.MinValue;

    /// <summary>Waits for no number but for <see cref="WakeAny"/>.</summary>
    internal const long Any = -1;

    private ManualResetValueTaskSourceCore<bool> source = new() { RunContinuationsAsynchronously = true };
    private long awaited = Nobody;

    /// <summary>Announces the wait for <paramref name="number"/>.</summary>
    internal void Prepare(long number)
    {
        source.Reset();
        Interlocked.Exchange(ref awaited, number);
    }

    /// <summary>Takes the announcement back; false: a waker was quicker, and <see cref="WaitAsync"/> must be awaited.</summary>
    internal bool Cancel(long number) => Interlocked.CompareExchange(ref awaited, Nobody, number) == number;

    /// <summary>Ends when a waker came.</summary>
    internal ValueTask WaitAsync() => new(this, source.Version);

    /// <summary>Wakes the waiter if it waits for <paramref name="number"/>. From any thread.</summary>
    internal void Wake(long number)
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref awaited) == number && Cancel(number))
        {
            source.SetResult(true);
        }
    }

    /// <summary>Wakes the waiter whatever it waits for. From any thread.</summary>
    internal void WakeAny()
    {
        Interlocked.MemoryBarrier();
        long number = Volatile.Read(ref awaited);
        if (number != Nobody && Cancel(number))
        {
            source.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
