using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Router.Engine.Accepting;
using Router.Engine.Shards;

namespace Router.FrontDoor.Accepting;

/// <summary>One request of a single <c>POST /v1/messages</c>, awaited without allocation. Rented from <see cref="Pool"/>, used once, returned.</summary>
/// <remarks>Hot path, 0 B in the steady state.</remarks>
internal sealed class SingleAccept : IAcceptListener, IValueTaskSource<AcceptOutcome>
{
    // The owner's thread goes on at once; the answer is written by the thread pool.
    private ManualResetValueTaskSourceCore<AcceptOutcome> source = new() { RunContinuationsAsynchronously = true };

    private SingleAccept() => Request.Listener = this;

    internal AcceptRequest Request { get; } = new();

    /// <summary>Ends when the outcome is known. To be awaited once, and before the request is returned.</summary>
    internal ValueTask<AcceptOutcome> OutcomeAsync() => new(this, source.Version);

    /// <inheritdoc/>
    public void Completed(AcceptRequest request) => source.SetResult(request.Outcome);

    /// <inheritdoc/>
    public AcceptOutcome GetResult(short token) => source.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    /// <summary>Those at rest. Every member may be called from any thread.</summary>
    internal sealed class Pool
    {
        private const int KeptMax = 1_024;
        private readonly ConcurrentQueue<SingleAccept> free = new();

        internal SingleAccept Rent() => free.TryDequeue(out SingleAccept? accept) ? accept : new SingleAccept();

        /// <summary>Takes one back whose outcome was awaited, or that was never queued.</summary>
        internal void Return(SingleAccept accept)
        {
            accept.source.Reset();
            AcceptRequestPool.Blank(accept.Request);
            if (free.Count < KeptMax)
            {
                free.Enqueue(accept);
            }
        }
    }
}
