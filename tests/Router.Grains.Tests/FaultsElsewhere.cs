using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine;
using Router.Engine.Inbound;
using Router.Engine.Providers;
using Router.Grains.Administration;
using Router.Grains.Shards;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary>
/// Calls to shards on another silo that end as cancelled, though nobody here gave up: an activation that took too long is cancelled there, and that is what comes back. Whoever waits is answered all
/// the same: a carrier's message that nobody answers takes its place in the window for ever, a fallback is never asked for again.
/// </summary>
public sealed class FaultsElsewhere : IAsyncDisposable
{
    private readonly MemoryJournal journal = new(new PlainSealer());
    private readonly SiloEngine engine;
    private readonly ClusterShards shards;
    private readonly ShardKeeper keeper;

    public FaultsElsewhere()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Factory>();
        var options = new RouterSiloOptions();
        engine = new SiloEngine(journal, new PlainSealer(), new PlainKeyedHash(), [], TimeProvider.System, new EngineOptions(), NullLoggerFactory.Instance, 1);
        var holder = new ConfigurationHolder(engine, options);
        var taker = new ShardTaker(journal, TimeProvider.System, options, NullLogger<ShardTaker>.Instance);
        var owned = new OwnedShards(taker, engine, journal, TimeProvider.System, options, NullLogger<OwnedShards>.Instance);
        keeper = new ShardKeeper(grains, engine, holder, owned, DispatchProxy.Create<ILocalSiloDetails, Here>(), TimeProvider.System, options, NullLogger<ShardKeeper>.Instance);
        shards = new ClusterShards(engine, keeper, grains, options, new RemoteFaults(TimeProvider.System, NullLogger<RemoteFaults>.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        await keeper.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Who_waits_is_answered()
    {
        await keeper.TouchAllAsync(CancellationToken.None);
        MessageId id = Some.Id(5);
        var acknowledged = new List<bool>();
        Assert.True(shards.TryForward(5, new Receipt { Provider = 1, ReceiptKey = 5 }, (_, _, kept) => acknowledged.Add(kept), null, 0));
        Assert.True(shards.TrySettle(1, id, wakes: true, acknowledged.Add));
        var task = new InboundTask(t => acknowledged.Add(t.Outcome == InboundOutcome.Kept))
        {
            Origin = new InboundOrigin(1, Channel.Sms, new byte[1], Sender.None, 1), Contact = Some.Contact(5, 1), Text = new byte[1],
        };
        Assert.True(shards.TryForward(5, task));

        Assert.Equal([false, false, false], acknowledged);
        Assert.False(await shards.EndDeadLetterAsync(id, Some.Contact(5, 1), 0));
        Assert.False(await shards.NotifyAsync(5, Engine.Journal.NoticeKind.BalanceLow, 0, CancellationToken.None));
        Assert.Equal(Engine.Shards.CancelOutcome.Unavailable, await shards.CancelAsync(1, id, CancellationToken.None));
        Assert.Null(await shards.PurgeAsync(new Engine.Shards.PurgeFilter(1, null, null), CancellationToken.None));
    }

    [Fact]
    public async Task A_renewal_that_the_store_cancels_is_not_the_last()
    {
        var store = new CountingJournal(new MemoryJournal(new PlainSealer(), null, new MemoryJournalOptions { Exclusive = false })) { FirstRenewal = new TaskCanceledException() };
        var options = new RouterSiloOptions { RenewInterval = TimeSpan.FromMilliseconds(1) };
        var taker = new ShardTaker(store, TimeProvider.System, options, NullLogger<ShardTaker>.Instance);
        using var owned = new OwnedShards(taker, engine, store, TimeProvider.System, options, NullLogger<OwnedShards>.Instance);
        long epoch = await owned.TakeAsync(5, static () => { }, CancellationToken.None);
        owned.Start();

        Assert.True(SpinWait.SpinUntil(() => store.Renewals >= 3, TimeSpan.FromSeconds(30)));
        await owned.ReleaseAsync(5, epoch, CancellationToken.None);
        await owned.StopAsync();
    }

    // Every shard is on another silo, whose calls are cancelled there.
#pragma warning disable CA1852 // a proxy is derived from
    private class Factory : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Create<IShardGrain, Cancelled>();
    }

    private class Cancelled : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IShardGrain.TouchAsync)
            ? new ValueTask<ShardPlacement>(new ShardPlacement(0, "elsewhere", 1, 0))
            : throw new TaskCanceledException();
    }

    private class Here : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1);
    }
#pragma warning restore CA1852
}
