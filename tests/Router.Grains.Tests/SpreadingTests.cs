using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Grains.Administration;
using Router.Grains.Catalog;

namespace Router.Grains.Tests;

/// <summary>The spreading of snapshots where the answer is there before its caller waits for it, as it may be from the own silo.</summary>
public sealed class SpreadingTests
{
    [Fact]
    public async Task A_silo_that_answers_at_once_is_told_of_every_change()
    {
        var silo = new Silo();
        SnapshotSpreader spreader = Spreader(silo);
        for (int version = 1; version <= 3; version++)
        {
            await spreader.SpreadAsync(Version(version));
            Assert.Equal(version, silo.Has);
        }
    }

    [Fact]
    public async Task Changes_that_come_while_a_push_is_under_way_go_together_with_the_next()
    {
        var silo = new Silo { Gate = new TaskCompletionSource() };
        SnapshotSpreader spreader = Spreader(silo);
        Task[] changes = [.. Enumerable.Range(1, 5).Select(v => spreader.SpreadAsync(Version(v)))];
        silo.Gate.SetResult();
        await Task.WhenAll(changes);
        Assert.Equal(5, silo.Has);
        Assert.Equal(2, silo.Pushes);
    }

    private static SnapshotSpreader Spreader(Silo silo) =>
        new(silo, new Membership(Silo.Address), TimeProvider.System, new RouterSiloOptions { SpreadTimeout = TimeSpan.FromSeconds(1) }, NullLogger<SnapshotSpreader>.Instance);

    private static CatalogSnapshot Version(long version) => new(version, [], [], [], null, []);

    private sealed class Silo : ISnapshotClient, ISnapshotService
    {
        public static readonly SiloAddress Address = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1);

        public long Has { get; private set; } = -1;

        public int Pushes { get; private set; }

        public TaskCompletionSource? Gate { get; init; }

        public ISnapshotService Of(SiloAddress silo) => this;

        public async Task<long> TakeAsync(CatalogSnapshot snapshot)
        {
            Pushes++;
            if (Gate is not null)
            {
                await Gate.Task;
            }

            return Has = snapshot.Version;
        }

        public Task<SiloLook> LookAsync() => throw new NotSupportedException();
    }

    private sealed class Membership(SiloAddress silo) : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot { get; } =
            new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty.Add(silo, new ClusterMember(silo, SiloStatus.Active, "silo")), new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
