using Router.FrontDoor;
using Router.Grains.Administration;
using Router.Host.Settings;

namespace Router.Host;

/// <summary>
/// Makes the operator's key where the settings give none: once in the life of a store, printed that once, kept as a hash.
/// Only once the host serves: a start that fails makes none. Printed to stderr: stdout is the log, which is collected and, as JSON, read by machines.
/// </summary>
internal sealed partial class OperatorKeyMaker(OperatorKeys keys, TimeProvider time, HostSettings settings, IHostApplicationLifetime life, ILogger<OperatorKeyMaker> log) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.FrontDoor.OperatorKey is not null)
        {
            return;
        }

        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration serves = life.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        string key = FrontDoorOptions.NewKey();
        while (true)
        {
            try
            {
                // Not cut short by a stop: a key that is kept and not shown would be lost for good. One that was kept without our knowing it is asked for again by the same hash.
                if (await keys.OfferAsync(FrontDoorOptions.HashOf(key), CancellationToken.None))
                {
                    await Console.Error.WriteLineAsync($"operator key, shown this once: {key}");
                }

                return;
            }
            catch (Exception exception) when (exception is AdministrationUnavailableException or Orleans.Runtime.OrleansException or TimeoutException)
            {
                LogNotKept(exception);
            }

            await Task.Delay(Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"operator key, shown this once (whether it was kept is not known; if it opens nothing at the next start, set Operator:Key): {key}");
                return;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the operator's key could not be kept; trying again")]
    private partial void LogNotKept(Exception exception);
}
