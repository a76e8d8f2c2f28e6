using System.Threading.Tasks.Sources;

namespace Router.Providers.Smpp;

/// <summary>Wakes one waiter; a signal given while nobody waits is kept, several are one. The waiter goes on in the thread pool, never on the signaller's stack.</summary>
/// <remarks>Hot path, 0 B. One waiter at a time; <see cref="Set"/> from any thread.</remarks>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int None = 0;
    private const int Given = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> core = new() { RunContinuationsAsynchronously = true };
    private int state;

    /// <summary>Ends at the next signal, or at once where one was given.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref state, None, Given) == Given)
        {
            return ValueTask.CompletedTask;
        }

        core.Reset();
        if (Interlocked.CompareExchange(ref state, Waiting, None) == Given)
        {
            Volatile.Write(ref state, None); // only Set changes it from here, and it leaves a given signal as it is
            return ValueTask.CompletedTask;
        }

        return new ValueTask(this, core.Version);
    }

    /// <summary>Gives a signal.</summary>
    public void Set()
    {
        while (true)
        {
            switch (Volatile.Read(ref state))
            {
                case Given:
                    return;
                case None when Interlocked.CompareExchange(ref state, Given, None) == None:
                    return;
                case Waiting when Interlocked.CompareExchange(ref state, None, Waiting) == Waiting:
                    core.SetResult(true);
                    return;
                default:
                    continue;
            }
        }
    }

    /// <inheritdoc/>
    public void GetResult(short token) => core.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
