using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.Engine;

/// <content>Notices (<see cref="NoticeKind"/>).</content>
public sealed partial class SiloEngine
{
    /// <summary>The way of notices to other silos; null: there are none.</summary>
    public INotices? NoticesElsewhere { get; set; }

    /// <summary>Told of every change of a provider's health here, and false for one that is made, changed or taken away. Called on any thread; must return at once.</summary>
    public Action<int, bool>? HealthTold { get; set; }

    /// <summary>The shard that keeps a tenant's notices: they are ordered among each other.</summary>
    public static int ShardOfNotices(int tenant) => tenant & (MessageId.ShardCount - 1);

    /// <summary>Tells a tenant of something and does not wait: what is not kept (no owner just now, the ownership ends) is not told. For what is told again by itself.</summary>
    public void Notify(int tenant, NoticeKind kind, int subject = 0) => _ = NotifyAsync(tenant, kind, subject, CancellationToken.None).AsTask();

    /// <inheritdoc/>
    public async ValueTask<bool> NotifyAsync(int tenant, NoticeKind kind, int subject, CancellationToken cancellationToken)
    {
        int shard = ShardOfNotices(tenant);
        if (!Owns(shard) && NoticesElsewhere is { } elsewhere)
        {
            return await elsewhere.NotifyAsync(tenant, kind, subject, cancellationToken).ConfigureAwait(false);
        }

        return await NotifyHereAsync(tenant, kind, subject, cancellationToken).ConfigureAwait(false);
    }

    // Providers that go down with the silo are no news.
    private void TellHealth(int provider, bool up)
    {
        if (!draining)
        {
            HealthTold?.Invoke(provider, up);
        }
    }

    /// <summary>As <see cref="NotifyAsync"/>, by the owner here or not at all.</summary>
    public async ValueTask<bool> NotifyHereAsync(int tenant, NoticeKind kind, int subject, CancellationToken cancellationToken)
    {
        var task = new NoticeTask(tenant, kind, subject);
        return Post(ShardOfNotices(tenant), new UrgentCommand { Kind = CommandKind.Notice, Target = task })
            && await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
