namespace Router.Testing;

/// <summary>A place where a test can hold somebody up. Open at first. Safe from any thread.</summary>
public sealed class Gate
{
    private readonly Lock sync = new();
    private TaskCompletionSource? opened;
    private TaskCompletionSource arrived = NewSignal();

    /// <summary>Ends when somebody stands before the closed gate (or stood, since it was last closed).</summary>
    public Task Arrived
    {
        get
        {
            lock (sync)
            {
                return arrived.Task;
            }
        }
    }

    /// <summary>Closes it: who comes next waits.</summary>
    public void Close()
    {
        lock (sync)
        {
            opened ??= NewSignal();
            arrived = NewSignal();
        }
    }

    /// <summary>Opens it: who waits goes on.</summary>
    public void Open()
    {
        TaskCompletionSource? signal;
        lock (sync)
        {
            signal = opened;
            opened = null;
        }

        signal?.TrySetResult();
    }

    /// <summary>Goes through: at once when it is open.</summary>
    public Task PassAsync()
    {
        TaskCompletionSource? here;
        Task waits;
        lock (sync)
        {
            if (opened is null)
            {
                return Task.CompletedTask;
            }

            here = arrived;
            waits = opened.Task;
        }

        here.TrySetResult();
        return waits;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
