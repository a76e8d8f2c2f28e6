using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Router.Streams.In;

/// <summary>
/// Spreads the ways evenly over the silos: number modulo the sorted active silos. The balancers that come with Orleans gave 5 and 3 of 8, or none.
/// </summary>
internal sealed partial class EvenBalancer(IClusterMembershipService membership, ILocalSiloDetails here, ILogger<EvenBalancer> log) : IStreamQueueBalancer, IDisposable
{
    private readonly Lock sync = new();
    private readonly List<IStreamQueueBalanceListener> listeners = [];
    private readonly CancellationTokenSource stopping = new();
    private QueueId[] all = [];
    private QueueId[] mine = [];
    private Task watching = Task.CompletedTask;

    /// <inheritdoc/>
    public Task Initialize(IStreamQueueMapper queueMapper)
    {
        all = [.. queueMapper.GetAllQueues().OrderBy(static q => q.GetNumericId())];
        mine = Share();
        watching = Task.Run(WatchAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Shutdown()
    {
        await stopping.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetMyQueues() => Volatile.Read(ref mine);

    /// <inheritdoc/>
    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer)
    {
        lock (sync)
        {
            if (listeners.Contains(observer))
            {
                return false;
            }

            listeners.Add(observer);
            return true;
        }
    }

    /// <inheritdoc/>
    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer)
    {
        lock (sync)
        {
            return listeners.Remove(observer);
        }
    }

    private async Task WatchAsync()
    {
        await foreach (ClusterMembershipSnapshot _ in membership.MembershipUpdates.WithCancellation(stopping.Token))
        {
            QueueId[] next = Share();
            if (next.SequenceEqual(mine))
            {
                continue;
            }

            Volatile.Write(ref mine, next);
            LogShare(next.Length, all.Length);
            IStreamQueueBalanceListener[] told;
            lock (sync)
            {
                told = [.. listeners];
            }

            foreach (IStreamQueueBalanceListener listener in told)
            {
                try
                {
                    await listener.QueueDistributionChangeNotification();
                }
#pragma warning disable CA1031 // The next change must be told all the same: the ways of a silo that died would be nobody's.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    LogNotTold(fault);
                }
            }
        }
    }

    private QueueId[] Share()
    {
        SiloAddress[] silos = [.. membership.CurrentSnapshot.Members.Values.Where(static m => m.Status == SiloStatus.Active).Select(static m => m.SiloAddress).Append(here.SiloAddress).Distinct().Order()];
        int at = Array.IndexOf(silos, here.SiloAddress);
        return [.. all.Where((_, number) => number % silos.Length == at)];
    }

    [LoggerMessage(1, LogLevel.Information, "{Mine} of {All} ways of Kafka's records are this silo's")]
    private partial void LogShare(int mine, int all);

    [LoggerMessage(2, LogLevel.Error, "a change of the ways of Kafka's records was not taken up")]
    private partial void LogNotTold(Exception fault);
}
