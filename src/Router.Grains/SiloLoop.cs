namespace Router.Grains;

/// <summary>A loop that goes while its silo is active: begun and ended with it. Who ends it waits until it has ended.</summary>
internal abstract class SiloLoop : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private bool disposed;

    /// <inheritdoc/>
    public virtual void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(GetType().Name, ServiceLifecycleStage.Active, StartAsync, _ => StopAsync());

    /// <summary>Goes no more. May be called more than once.</summary>
    public virtual async Task StopAsync()
    {
        await stopping.CancelAsync();
        await loop;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The container holds it under two types and disposes each.
        if (!disposed)
        {
            disposed = true;
            await StopAsync();
            stopping.Dispose();
        }
    }

    /// <summary>What is to be done before the first round.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Goes until <paramref name="stop"/> is cancelled; that it ends by it is no fault.</summary>
    protected abstract Task RunAsync(CancellationToken stop);

    private Task StartAsync(CancellationToken cancellationToken)
    {
        Begin();
        loop = Task.Run(LoopAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task LoopAsync()
    {
        try
        {
            await RunAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }
}
