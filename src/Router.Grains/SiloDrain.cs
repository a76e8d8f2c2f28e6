using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.Engine;
using Router.Grains.Shards;

namespace Router.Grains;

/// <summary>
/// Empties the silo before it stops (DESIGN §6): no more shards are taken, then releases end, providers settle what is in flight, shards keep what that brought.
/// The web server, registered later, has stopped by then: nothing comes in.
/// </summary>
internal sealed partial class SiloDrain(ShardKeeper keeper, SiloEngine engine, TimeProvider time, ILogger<SiloDrain> log) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await keeper.StopAsync();
        if (cancellationToken.IsCancellationRequested)
        {
            return; // no time: what is unfinished is found by the next epoch
        }

        long begun = time.GetTimestamp();
        LogDraining(engine.States().Sum(static s => (long)s.Waiting));
        Task drained = engine.DrainAsync(cancellationToken);
        await drained.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (drained.IsCompletedSuccessfully)
        {
            LogDrained((long)time.GetElapsedTime(begun).TotalMilliseconds);
        }
        else
        {
            LogNotDrained(engine.States().Sum(static s => (long)s.Waiting), drained.Exception?.InnerException);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "draining: {Waiting} messages wait or are under way; what does not leave now is taken up at the next start")]
    private partial void LogDraining(long waiting);

    [LoggerMessage(2, LogLevel.Information, "drained in {Ms} ms")]
    private partial void LogDrained(long ms);

    [LoggerMessage(3, LogLevel.Warning, "not drained in time, {Waiting} messages are left in shards that did not end; they are taken up at the next start")]
    private partial void LogNotDrained(long waiting, Exception? exception);
}
