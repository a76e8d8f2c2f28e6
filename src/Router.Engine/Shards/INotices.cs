using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <summary>The way of a notice into the log: through the shard of its tenant, wherever its owner lives. Any thread; cold.</summary>
public interface INotices
{
    /// <summary>Tells <paramref name="tenant"/> of something that no message made; true once it is kept, false: it is not, tell it again.</summary>
    /// <param name="tenant">The tenant's number.</param>
    /// <param name="kind">What.</param>
    /// <param name="subject">The provider's number, or the webhook's; 0: none.</param>
    /// <param name="cancellationToken">Ends the wait, not the notice.</param>
    ValueTask<bool> NotifyAsync(int tenant, NoticeKind kind, int subject, CancellationToken cancellationToken);
}
