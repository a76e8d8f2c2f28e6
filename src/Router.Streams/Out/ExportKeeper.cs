using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.Grains;

namespace Router.Streams.Out;

/// <summary>Keeps the one that writes events awake, wherever in the cluster it is.</summary>
internal sealed partial class ExportKeeper(IGrainFactory grains, RouterSiloOptions options, TimeProvider time, ILogger<ExportKeeper> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<IEventExportGrain>(0).TouchAsync();
            }
#pragma warning disable CA1031 // A storage's fault in the activation comes as whatever it threw; the answer to all is: ask again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogNotAwake(fault.GetType().Name);
            }

            await Task.Delay(options.TouchInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "nobody writes events to Kafka now ({Fault}); trying again")]
    private partial void LogNotAwake(string fault);
}
