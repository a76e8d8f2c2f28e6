using Router.Engine.Journal;

namespace Router.FrontDoor.Events;

/// <summary>
/// Reads the log for streams and webhooks. Who is far behind reads from the disk, one at a time whatever is done here: he waits for his turn without a thread, so that hundreds that
/// catch up together do not hold the thread pool. One a silo; any thread.
/// </summary>
/// <remarks>Hot path for who is up to date: a comparison and the log's own cost, 0 B.</remarks>
internal sealed class LogTurns(IJournal journal) : IDisposable
{
    // Commits that one read looks at (IEventLog); the newest are in memory.
    private const long FarBehind = 512;

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>As <see cref="IEventLog.Read"/>.</summary>
    internal ValueTask<LogPosition> ReadAsync(int tenant, LogPosition after, StructList<LogEvent> events, int max, CancellationToken cancellationToken)
    {
        IEventLog log = journal.Events;
        return log.End.Commit - after.Commit <= FarBehind ? new(log.Read(tenant, after, events, max)) : ReadInTurnAsync(log, tenant, after, events, max, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async ValueTask<LogPosition> ReadInTurnAsync(IEventLog log, int tenant, LogPosition after, StructList<LogEvent> events, int max, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return log.Read(tenant, after, events, max);
        }
        finally
        {
            turn.Release();
        }
    }
}
