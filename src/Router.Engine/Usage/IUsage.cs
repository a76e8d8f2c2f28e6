namespace Router.Engine.Usage;

/// <summary>Port: what tenants have used, counted from the log and kept for ten years (R3.6). Any thread.</summary>
public interface IUsage
{
    /// <summary>What each tenant has spent since its beginning, millionths; read once at the start, before anything is accepted.</summary>
    IReadOnlyDictionary<int, long> ReadSpent();

    /// <summary>Usage of the days from <paramref name="from"/> to <paramref name="to"/> (UTC, both included), by day, tenant, channel and provider.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day.</param>
    /// <param name="tenant">Only this tenant; 0: all.</param>
    /// <param name="max">Rows at most: with more, one more than this comes back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Journal.JournalUnavailableException">Storage cannot answer.</exception>
    ValueTask<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, int tenant, int max, CancellationToken cancellationToken);
}
