using Microsoft.Extensions.DependencyInjection;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Shards;

namespace Router.Grains.Tests;

/// <summary>Says of one tenant's notices that they are not kept.</summary>
internal sealed class RefusedNotices
{
    /// <summary>Whose; 0: nobody's.</summary>
    public int Tenant { get; set; }

    /// <summary>They are all the same: the answer is lost.</summary>
    public bool AreKept { get; set; }

    public void AddTo(ISiloBuilder silo) => silo.Services.AddSingleton<INotices>(s => new Notices(this, s.GetRequiredService<ClusterShards>()));

    private sealed class Notices(RefusedNotices refused, ClusterShards shards) : INotices
    {
        public async ValueTask<bool> NotifyAsync(int tenant, NoticeKind kind, int subject, CancellationToken cancellationToken) =>
            (tenant != refused.Tenant || refused.AreKept) && await shards.NotifyAsync(tenant, kind, subject, cancellationToken) && tenant != refused.Tenant;
    }
}
