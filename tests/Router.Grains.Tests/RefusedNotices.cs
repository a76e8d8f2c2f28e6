using Microsoft.Extensions.DependencyInjection;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Shards;

namespace Router.Grains.Tests;

/// <summary>Keeps no notice of one tenant.</summary>
internal sealed class RefusedNotices
{
    /// <summary>Whose; 0: nobody's.</summary>
    public int Tenant { get; set; }

    public void AddTo(ISiloBuilder silo) => silo.Services.AddSingleton<INotices>(s => new Notices(this, s.GetRequiredService<ClusterShards>()));

    private sealed class Notices(RefusedNotices refused, ClusterShards shards) : INotices
    {
        public ValueTask<bool> NotifyAsync(int tenant, NoticeKind kind, int subject, CancellationToken cancellationToken) =>
            tenant == refused.Tenant ? new(false) : shards.NotifyAsync(tenant, kind, subject, cancellationToken);
    }
}
