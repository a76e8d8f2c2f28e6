using Router.Engine.Shards;
using Router.Engine.Work;
using Router.Grains.Streams;

namespace Router.Streams.Tests;

/// <summary>Slices are handed to their shards.</summary>
public sealed class SliceKeeperTests
{
    // A slice from another silo, all of whose tenants are gone: it would hold up its stream for ever.
    [Fact]
    public void A_slice_of_which_nothing_is_left_ends_at_once() =>
        Assert.True(new SliceKeeper(null!, null!, ThreadPoolScheduler.Instance, TimeProvider.System).KeepAsync(ReadOnlyMemory<AcceptRequest>.Empty).IsCompletedSuccessfully);
}
