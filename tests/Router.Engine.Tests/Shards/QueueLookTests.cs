using Router.Engine.Shards;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Shards;

/// <summary>A look at queues says whether it is whole: what is destroyed once nothing waits must not go by one that is not.</summary>
public sealed class QueueLookTests
{
    [Fact]
    public void One_shard_that_can_say_nothing_makes_it_no_whole_look()
    {
        Assert.True(QueueLook.Of([[], []]).IsWhole);
        Assert.False(QueueLook.Of([[], null]).IsWhole);
    }

    [Fact]
    public async Task Shards_without_an_owner_can_say_nothing()
    {
        using var harness = new EngineHarness();

        QueueLook look = await harness.Engine.QueuesAsync(default, TestContext.Current.CancellationToken);

        Assert.Empty(look.Queues);
        Assert.False(look.IsWhole);
    }
}
