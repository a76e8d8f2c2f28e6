using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.Engine;
using Router.Grains.Administration;
using Router.Grains.Catalog;

namespace Router.Grains.Tenants;

/// <summary>
/// Has deletions of tenants go on until they are done, whatever died in between: looks into the configuration once a second, on the silo that owns shard 0, so that there is mostly one that asks.
/// Before that it destroys, once, what older versions left of tenants that they deleted.
/// </summary>
internal sealed partial class TenantEnder(
    ConfigurationHolder holder, SiloEngine engine, IGrainFactory grains, IEnumerable<ITenantRemains> remains, RouterSiloOptions options, TimeProvider time, ILogger<TenantEnder> log) : BackgroundService
{
    /// <summary>Counted up with each <see cref="ITenantRemains"/> that earlier versions had not. 1: what lies beside conversations.</summary>
    internal const int RemainsKind = 1;

    private bool nothingLeft;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (engine.Owns(0) && !nothingLeft)
            {
                await DestroyLeftAsync(stoppingToken);
            }

            foreach (string name in engine.Owns(0) ? holder.Current.Tenants.Where(static t => t.IsDeleting).Select(static t => t.Name) : [])
            {
                await GoOnAsync(name, stoppingToken);
            }

            await Task.Delay(options.TouchInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DestroyLeftAsync(CancellationToken stoppingToken)
    {
        try
        {
            ICatalogGrain catalog = grains.GetGrain<ICatalogGrain>(0);
            int[] gone = await catalog.LeftOfAsync(RemainsKind).WaitAsync(stoppingToken);
            foreach (int tenant in gone)
            {
                foreach (ITenantRemains one in remains)
                {
                    await one.DestroyAsync(tenant, "").WaitAsync(stoppingToken);
                }
            }

            if (gone.Length > 0)
            {
                await catalog.NothingLeftAsync(RemainsKind).WaitAsync(stoppingToken);
            }

            nothingLeft = true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start does it.
        }
#pragma warning disable CA1031 // As below.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogLeft(fault);
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

    [LoggerMessage(2, LogLevel.Warning, "what an older version left of deleted tenants could not be destroyed; trying again")]
    private partial void LogLeft(Exception fault);
}
