using Router.Engine.Journal;

namespace Router.Engine.Audit;

/// <summary>The log of changes (R6.3): only appended to. Every member may be called from any thread; cold.</summary>
public interface IAuditLog
{
    /// <summary>Ends once <paramref name="entry"/> is on stable storage. Entries stand in the order in which they were kept.</summary>
    /// <exception cref="JournalUnavailableException">It was not kept, or that is not known.</exception>
    Task AppendAsync(AuditEntry entry);

    /// <summary>A page, the newest first.</summary>
    /// <exception cref="JournalUnavailableException">Storage cannot answer.</exception>
    ValueTask<AuditPage> ListAsync(AuditQuery query, CancellationToken cancellationToken);
}
