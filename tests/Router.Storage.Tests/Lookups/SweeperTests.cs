using Router.Storage.Lookups;

namespace Router.Storage.Tests.Lookups;

/// <summary>What one sweep may run into without being the last.</summary>
public sealed class SweeperTests
{
    // A folder that may not be listed any more comes as no IOException: the sweeper's thread ended by it, and the process with the thread. (The tests may run as root, whom no folder refuses.)
    [Fact]
    public void A_fault_of_the_disk_or_its_rights_is_tried_again_and_one_of_the_code_is_not()
    {
        Assert.All(
            new Exception[] { new UnauthorizedAccessException(), new IOException(), new StorageException("full") }, static fault => Assert.True(Sweeper.IsTriedAgain(fault)));
        Assert.False(Sweeper.IsTriedAgain(new InvalidOperationException()));
    }
}
