using System.Globalization;
using Microsoft.Extensions.Logging;
using Router.Core.Messages;
using Router.Engine;
using Router.Grains.Administration;
using Router.Grains.Catalog;

namespace Router.Grains.Shards;

/// <summary>
/// Keeps the silo current: once a second it asks the catalog whether it holds the newest configuration and touches all shards, so that each has an owner somewhere
/// and this silo knows where. Starts with the silo's activity, stops first when the silo goes.
/// </summary>
internal sealed partial class ShardKeeper(
    IGrainFactory grains, SiloEngine engine, ConfigurationHolder holder, OwnedShards owned, ILocalSiloDetails silo, TimeProvider time, RouterSiloOptions options, ILogger<ShardKeeper> log)
    : SiloLoop
{
    private const int ShardsNamed = 8;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);
    private readonly ShardPlacement?[] placements = new ShardPlacement?[MessageId.ShardCount];
    private readonly Task[] touches = [.. Enumerable.Repeat(Task.CompletedTask, MessageId.ShardCount)];
    private readonly string here = silo.SiloAddress.ToParsableString();
    private readonly long started = time.GetTimestamp();
    private Task refreshing = Task.CompletedTask;
    private string? lastFault;
    private bool wasReady;
    private bool isNotRefreshed;

    /// <summary>Which shards have no owner, for people; null: each has one.</summary>
    public string? NotReadyBecause
    {
        get
        {
            int[] missing = [.. Enumerable.Range(0, MessageId.ShardCount).Where(shard => Volatile.Read(ref placements[shard]) is null)];
            if (missing.Length == 0)
            {
                return null;
            }

            string which = string.Join(", ", missing.Take(ShardsNamed)) + (missing.Length > ShardsNamed ? " …" : "");
            string fault = Volatile.Read(ref lastFault) is { } last ? $"; last fault: {last}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{missing.Length} of {MessageId.ShardCount} shards have no owner yet ({which}){fault}");
        }
    }

    /// <summary>Where <paramref name="shard"/> was at its last touch; null: it had no owner.</summary>
    public ShardPlacement? Find(int shard) => Volatile.Read(ref placements[shard]);

    /// <summary>Whether <paramref name="shard"/> has an owner on another silo, as last touched. Hot path towards other silos.</summary>
    public bool IsElsewhere(int shard) => Find(shard) is { } placement && placement.Silo != here;

    /// <summary>All of them, as last touched.</summary>
    public IReadOnlyList<ShardPlacement> Placements() =>
        [.. Enumerable.Range(0, MessageId.ShardCount).Select(shard => Find(shard) ?? new ShardPlacement(shard, "", 0, 0))];

    /// <summary>Touches all shards now; ends when each has answered or failed.</summary>
    public Task TouchAllAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, MessageId.ShardCount).Select(TouchAsync)).WaitAsync(cancellationToken);

    /// <summary>Touches no more; what is owned stays owned. May be called more than once.</summary>
    public override async Task StopAsync()
    {
        await base.StopAsync();

        // Calls under way end before the grains do; where one hangs, nobody waits for it.
        await Task.WhenAll([.. touches, refreshing]).WaitAsync(StopTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await owned.StopAsync();
    }

    /// <inheritdoc/>
    protected override void Begin()
    {
        engine.Start();
        owned.Start();
    }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stop)
    {
        // A slow shard or catalog holds back neither the other shards nor the loop.
        while (true)
        {
            if (refreshing.IsCompleted)
            {
                refreshing = RefreshAsync();
            }

            for (int shard = 0; shard < touches.Length; shard++)
            {
                if (touches[shard].IsCompleted)
                {
                    touches[shard] = TouchAsync(shard);
                }
            }

            await Task.WhenAny(Task.WhenAll(touches), Task.Delay(options.TouchInterval, time, stop));
            TellReadiness();
            await Task.Delay(options.TouchInterval, time, stop);
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            if (await grains.GetGrain<ICatalogGrain>(0).SubscribeAsync(silo.SiloAddress, holder.Version) is { } snapshot)
            {
                holder.Take(snapshot);
            }

            isNotRefreshed = false;
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or AdministrationUnavailableException)
        {
            if (!isNotRefreshed)
            {
                isNotRefreshed = true; // tried every second: told once until it works
                LogNotRefreshed(exception);
            }
        }
    }

    private async Task TouchAsync(int shard)
    {
        ShardPlacement? placement = null;
        try
        {
            placement = await grains.GetGrain<IShardGrain>(shard).TouchAsync();
        }
#pragma warning disable CA1031 // A journal's fault in an activation comes as whatever the journal threw; the answer to all is: no owner now, touch again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // In detail only for those who ask: where a silo dies or a store fails, this comes for many shards at once; the readiness and the taker tell it once.
            Volatile.Write(ref lastFault, exception.GetType().Name);
            LogNotTouched(shard, exception);
        }

        Volatile.Write(ref placements[shard], placement);
    }

    private void TellReadiness()
    {
        string? because = NotReadyBecause;
        if (because is null == wasReady)
        {
            return;
        }

        wasReady = because is null;
        if (wasReady)
        {
            LogReady((long)time.GetElapsedTime(started).TotalMilliseconds);
        }
        else
        {
            LogNotReady(because!);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "every shard has an owner; {Ms} ms since the silo was made")]
    private partial void LogReady(long ms);

    [LoggerMessage(2, LogLevel.Warning, "not ready: {Because}")]
    private partial void LogNotReady(string because);

    [LoggerMessage(3, LogLevel.Warning, "the configuration could not be read; trying again")]
    private partial void LogNotRefreshed(Exception exception);

    [LoggerMessage(4, LogLevel.Debug, "shard {Shard} has no owner; trying again")]
    private partial void LogNotTouched(int shard, Exception exception);
}
