using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Router.Grains.Administration;

namespace Router.Grains.Webhooks;

/// <summary>
/// Keeps webhooks awake: each silo asks for the list and touches every webhook, so that each is delivered to somewhere after a silo died. Where a tenant has none, it costs one
/// call a round for all.
/// </summary>
internal sealed partial class WebhookKeeper(IGrainFactory grains, ConfigurationHolder holder, TimeProvider time, RouterSiloOptions options, ILogger<WebhookKeeper> log)
    : SiloLoop
{
    private const int TouchesAtOnce = 32;

    // A silo that dies takes its webhooks with it for so many rounds at most: 10 s with the default interval.
    private const int RoundsATouch = 10;

    private WebhookList list = new(-1, []);

    /// <summary>All webhooks, as last heard.</summary>
    public ImmutableArray<WebhookListEntry> Entries => Volatile.Read(ref list).Entries;

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stop)
    {
        await holder.Loaded.WaitAsync(stop);
        for (int round = 0; ; round++)
        {
            if (await RefreshAsync() || round % RoundsATouch == 0)
            {
                await Parallel.ForEachAsync(
                    Entries, new ParallelOptions { MaxDegreeOfParallelism = TouchesAtOnce, CancellationToken = stop }, (entry, _) => TouchAsync(entry));
            }

            await Task.Delay(options.TouchInterval, time, stop);
        }
    }

    /// <summary>Asks for the newest list now; true: it has changed. Any thread.</summary>
    public async Task<bool> RefreshAsync()
    {
        try
        {
            WebhookList known = Volatile.Read(ref list);
            if (await grains.GetGrain<IWebhookListGrain>(0).ReadAsync(known.Version) is not { } read)
            {
                return false;
            }

            // Where two ask at a time, the newer stays.
            WebhookList before;
            do
            {
                before = Volatile.Read(ref list);
            }
            while (before.Version < read.Version && Interlocked.CompareExchange(ref list, read, before) != before);
            return true;
        }
#pragma warning disable CA1031 // A storage's fault in an activation comes as whatever it threw; the answer to all is: ask again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotRefreshed(exception.GetType().Name);
            return false;
        }
    }

    private async ValueTask TouchAsync(WebhookListEntry entry)
    {
        try
        {
            await grains.GetGrain<IWebhookGrain>(WebhookKey.Of(entry.Tenant, entry.Name)).TouchAsync();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotTouched(entry.Name, entry.Tenant, exception.GetType().Name);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the list of webhooks could not be read ({Fault}); trying again")]
    private partial void LogNotRefreshed(string fault);

    [LoggerMessage(2, LogLevel.Debug, "webhook {Name} of tenant {Tenant} is not awake ({Fault}); trying again")]
    private partial void LogNotTouched(string name, int tenant, string fault);
}
