using Router.Core.Messages;
using Router.Grains.Administration;

namespace Router.Grains.Tests;

/// <summary>Every shard has one owner, whatever becomes of silos and ownerships.</summary>
public sealed class OwnershipOfShards
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_shard_has_one_owner_and_both_silos_know_where_each_is()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        await cluster.SpreadShardsAsync();

        IReadOnlyList<ShardPlacement> seen = await cluster.Administration(1).ShardsAsync(Stop);

        Assert.Equal(MessageId.ShardCount, seen.Count);
        for (int shard = 0; shard < MessageId.ShardCount; shard++)
        {
            int owner = shard % 2;
            Assert.Equal(cluster.Silos[owner].SiloAddress.ToParsableString(), seen[shard].Silo);
            Assert.True(cluster.Engine(owner).Owns(shard));
            Assert.False(cluster.Engine(1 - owner).Owns(shard));
        }
    }

    [Fact]
    public async Task One_silo_takes_all_shards_in_few_passes()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);

        Assert.InRange(cluster.Journal(0).Takings, 1, 8);
    }

    [Fact]
    public async Task When_a_silo_dies_the_other_takes_its_shards_under_later_epochs()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        await cluster.SpreadShardsAsync();
        IReadOnlyList<ShardPlacement> before = await cluster.Administration(0).ShardsAsync(Stop);
        string dead = cluster.Silos[1].SiloAddress.ToParsableString();

        await cluster.KillAsync(1);
        await cluster.WaitForAsync(() => cluster.Administration(0).NotReadyBecause is null && Enumerable.Range(0, MessageId.ShardCount).All(cluster.Engine(0).Owns));

        IReadOnlyList<ShardPlacement> after = await cluster.Administration(0).ShardsAsync(Stop);
        Assert.DoesNotContain(after, p => p.Silo == dead);
        Assert.All(before.Where(p => p.Silo == dead), p => Assert.True(after[p.Shard].Epoch > p.Epoch));
    }

    [Fact]
    public async Task A_shard_whose_owner_ended_by_itself_is_taken_again()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        long before = cluster.Store.EpochOf(5);

        await cluster.EndOwnerAsync(0, 5);

        await cluster.WaitForAsync(() => cluster.Engine(0).Owns(5) && cluster.Administration(0).NotReadyBecause is null);
        Assert.True(cluster.Store.EpochOf(5) > before);
    }

    [Fact]
    public async Task An_epoch_that_no_longer_holds_at_its_renewal_is_given_up_and_taken_again()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);

        long stolen = (await cluster.OtherJournal().TakeAsync([7], Stop))[0].Epoch;

        await cluster.WaitForAsync(() => cluster.Store.EpochOf(7) > stolen && cluster.Engine(0).Owns(7));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_makes_the_silo_unready()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        await cluster.WaitForAsync(() => cluster.Administration(0).NotReadyBecause is null);

        cluster.Journal(0).NotWritableBecause = "the disk is full: free some space";
        Assert.Equal("the disk is full: free some space", cluster.Administration(0).NotReadyBecause);

        cluster.Journal(0).NotWritableBecause = null;
        Assert.Null(cluster.Administration(0).NotReadyBecause);
    }

    [Fact]
    public async Task A_store_that_fails_makes_the_silo_unready_until_it_works_again()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        cluster.Journal(0).TakingFails = true;
        await cluster.EndOwnerAsync(0, 5);

        await cluster.WaitForAsync(() => cluster.Administration(0).NotReadyBecause is not null);
        Assert.StartsWith("1 of 64 shards have no owner yet (5); last fault: ", cluster.Administration(0).NotReadyBecause, StringComparison.Ordinal);

        cluster.Journal(0).TakingFails = false;
        await cluster.WaitForAsync(() => cluster.Administration(0).NotReadyBecause is null);
    }
}
