using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.Engine;
using Router.Grains.Administration;

namespace Router.Grains.Tenants;

/// <summary>
/// Has deletions of tenants go on until they are done, whatever died in between: looks into the configuration once a second, on the silo that owns shard 0, so that there is mostly one that asks.
/// </summary>
internal sealed partial class TenantEnder(
    ConfigurationHolder holder, SiloEngine engine, IGrainFactory grains, RouterSiloOptions options, TimeProvider time, ILogger<TenantEnder> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (string name in engine.Owns(0) ? holder.Current.Tenants.Where(static t => t.IsDeleting).Select(static t => t.Name) : [])
            {
                await GoOnAsync(name, stoppingToken);
            }

            await Task.Delay(options.TouchInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GoOnAsync(string name, CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<ITenantGrain>(name).GoOnAsync().WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
#pragma warning disable CA1031 // Whatever keeps a deletion from going on now, it is tried again until it is done.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogLater(name, fault);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the deletion of tenant {Tenant} could not go on; trying again")]
    private partial void LogLater(string tenant, Exception fault);
}
