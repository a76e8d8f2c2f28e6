using Microsoft.Extensions.Logging;
using Router.Grains.Administration;

namespace Router.Grains.Catalog;

/// <summary>
/// Brings the newest snapshot to every live silo, for one activation of <see cref="CatalogGrain"/> and in its turns only. One push a silo is under way; what comes
/// meanwhile goes with the next, which carries the newest. A silo that the membership calls dead is left out; one that merely does not answer is not: it may still serve.
/// </summary>
/// <remarks>Whole snapshots, not differences: changes are rare, a thousand tenants are half a megabyte, and a difference needs a base that both sides agree on.</remarks>
internal sealed partial class SnapshotSpreader(
    ISnapshotClient client, IClusterMembershipService membership, TimeProvider time, RouterSiloOptions options, ILogger<SnapshotSpreader> log)
{
    private readonly Dictionary<SiloAddress, Feed> feeds = [];
    private CatalogSnapshot newest = new(0, [], [], [], null, []);

    /// <summary>Counts <paramref name="silo"/>, which holds <paramref name="version"/>, among those to be told, even if the membership does not know it yet.</summary>
    public void Add(SiloAddress silo, long version) => FeedOf(silo).Has = Math.Max(FeedOf(silo).Has, version);

    /// <summary>Ends when every live silo has <paramref name="snapshot"/> or a newer one.</summary>
    /// <exception cref="AdministrationUnavailableException">A live silo did not take it within <see cref="RouterSiloOptions.SpreadTimeout"/>.</exception>
    public async Task SpreadAsync(CatalogSnapshot snapshot)
    {
        if (snapshot.Version > newest.Version)
        {
            newest = snapshot;
        }

        await membership.Refresh(default, CancellationToken.None);
        foreach ((SiloAddress silo, ClusterMember member) in membership.CurrentSnapshot.Members)
        {
            if (member.Status == SiloStatus.Active)
            {
                FeedOf(silo);
            }
        }

        long deadline = time.GetTimestamp() + (long)(options.SpreadTimeout.TotalSeconds * time.TimestampFrequency);
        Feed[] audience = [.. feeds.Values];
        await Task.WhenAll(Array.ConvertAll(audience, feed => SpreadAsync(feed, snapshot.Version, deadline)));
    }

    private async Task SpreadAsync(Feed feed, long wanted, long deadline)
    {
        while (feed.Has < wanted)
        {
            if (IsGone(feed.Silo))
            {
                feeds.Remove(feed.Silo);
                return;
            }

            if (time.GetTimestamp() > deadline)
            {
                throw new AdministrationUnavailableException("the change is kept, but a silo did not take it in time; ask again");
            }

            // By its end, not by a field that it clears: a push may end before it is assigned.
            if (feed.Push.IsCompleted)
            {
                feed.Push = PushAsync(feed);
            }

            await feed.Push;
        }
    }

    private async Task PushAsync(Feed feed)
    {
        try
        {
            long has = await client.Of(feed.Silo).TakeAsync(newest);
            feed.Has = Math.Max(feed.Has, has);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            LogPushFailed(feed.Silo, exception);
            await Task.Delay(options.SpreadRetry, time);
        }
    }

    private bool IsGone(SiloAddress silo) =>
        membership.CurrentSnapshot.GetSiloStatus(silo) is SiloStatus.Dead or SiloStatus.ShuttingDown or SiloStatus.Stopping;

    private Feed FeedOf(SiloAddress silo)
    {
        if (!feeds.TryGetValue(silo, out Feed? feed))
        {
            feeds.Add(silo, feed = new Feed(silo));
        }

        return feed;
    }

    [LoggerMessage(1, LogLevel.Warning, "silo {Silo} did not take the configuration; trying again")]
    private partial void LogPushFailed(SiloAddress silo, Exception exception);

    // A silo and what it is known to hold.
    private sealed class Feed(SiloAddress silo)
    {
        public SiloAddress Silo { get; } = silo;

        public long Has { get; set; } = -1;

        public Task Push { get; set; } = Task.CompletedTask;
    }
}
