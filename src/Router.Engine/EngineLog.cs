using Microsoft.Extensions.Logging;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine;

/// <summary>The engine's log lines. No content, no address, no secret.</summary>
internal sealed partial class EngineLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Error, "shard {Shard} failed and gives up its ownership; a new epoch reads storage")]
    private static partial void ShardFailed(ILogger logger, int shard, Exception fault);

    // In detail only for those who ask: a disk that fails takes all shards at once, the journal tells it in one line, and who overtook whom is told by OwnedShards.
    [LoggerMessage(2, LogLevel.Debug, "shard {Shard} lost its ownership under epoch {Epoch}: the commit was {Outcome}")]
    private static partial void ShardLost(ILogger logger, int shard, long epoch, PartOutcome outcome);

    [LoggerMessage(3, LogLevel.Information, "provider {Provider} is up")]
    private static partial void ProviderUp(ILogger logger, string provider);

    [LoggerMessage(7, LogLevel.Warning, "provider {Provider} is down: what waits for it goes by the route's next provider, or waits")]
    private static partial void ProviderDown(ILogger logger, string provider);

    [LoggerMessage(4, LogLevel.Error, "provider {Provider} did not stop cleanly")]
    private static partial void ProviderStop(ILogger logger, string provider, Exception fault);

    [LoggerMessage(5, LogLevel.Warning, "{Count} receipts found no message within 72 h and are forgotten")]
    private static partial void ReceiptsExpired(ILogger logger, int count);

    [LoggerMessage(6, LogLevel.Error, "who awaits a receipt cannot be looked up, carriers are asked to send them again (told once a minute): {Remedy}")]
    private static partial void ReceiptNotLookedUp(ILogger logger, string remedy);

    [LoggerMessage(20, LogLevel.Warning, "a message from an end user, joined of its parts, could not be looked at again; it is among the dead letters, replay them: {Remedy}")]
    private static partial void LetterNotRead(ILogger logger, string remedy);

    public void LetterNotRead(string remedy) => LetterNotRead(logger, remedy);

    [LoggerMessage(8, LogLevel.Warning, "provider {Provider} fails: its breaker is open, what waits for it goes by the route's next provider, or waits")]
    private static partial void BreakerOpen(ILogger logger, string provider);

    [LoggerMessage(9, LogLevel.Information, "provider {Provider} is tried again: its breaker is half-open")]
    private static partial void BreakerHalfOpen(ILogger logger, string provider);

    [LoggerMessage(10, LogLevel.Information, "provider {Provider} works again: its breaker is closed")]
    private static partial void BreakerClosed(ILogger logger, string provider);

    [LoggerMessage(11, LogLevel.Warning, "the balance of tenant {Tenant} is below a tenth of what was set or topped up last")]
    private static partial void BalanceLow(ILogger logger, string tenant);

    [LoggerMessage(12, LogLevel.Error, "{Trouble}")]
    private static partial void ClockBack(ILogger logger, string trouble);

    [LoggerMessage(13, LogLevel.Information, "the machine's clock is where it was")]
    private static partial void ClockRight(ILogger logger);

    [LoggerMessage(14, LogLevel.Error, "{Because}")]
    private static partial void MemoryShort(ILogger logger, string because);

    [LoggerMessage(15, LogLevel.Information, "there is memory again: messages are accepted")]
    private static partial void MemoryAgain(ILogger logger);

    public void BalanceLow(string tenant) => BalanceLow(logger, tenant);

    public void Clock(string? trouble)
    {
        if (trouble is null)
        {
            ClockRight(logger);
        }
        else
        {
            ClockBack(logger, trouble);
        }
    }

    public void Memory(string? because)
    {
        if (because is null)
        {
            MemoryAgain(logger);
        }
        else
        {
            MemoryShort(logger, because);
        }
    }

    public void ShardFailed(int shard, Exception fault) => ShardFailed(logger, shard, fault);

    public void ShardLost(int shard, long epoch, PartOutcome outcome) => ShardLost(logger, shard, epoch, outcome);

    public void ProviderHealth(string provider, bool up, bool expected)
    {
        if (up)
        {
            ProviderUp(logger, provider);
        }
        else if (!expected)
        {
            ProviderDown(logger, provider);
        }
    }

    public void Breaker(string provider, BreakerState state)
    {
        switch (state)
        {
            case BreakerState.Open:
                BreakerOpen(logger, provider);
                break;
            case BreakerState.HalfOpen:
                BreakerHalfOpen(logger, provider);
                break;
            case BreakerState.Closed:
                BreakerClosed(logger, provider);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(state), state, "no such state");
        }
    }

    public void ProviderStop(string provider, Exception fault) => ProviderStop(logger, provider, fault);

    public void ReceiptNotLookedUp(string remedy) => ReceiptNotLookedUp(logger, remedy);

    public void ReceiptsExpired(int count) => ReceiptsExpired(logger, count);
}
