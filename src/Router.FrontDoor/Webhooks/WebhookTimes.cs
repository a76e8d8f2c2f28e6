namespace Router.FrontDoor.Webhooks;

/// <summary>Times and bounds of deliveries; tests shorten them.</summary>
internal sealed record WebhookTimes
{
    /// <summary>An answer has to come within.</summary>
    internal TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Where a delivery stands is kept this often at most: what was taken since is told again after a crash.</summary>
    internal TimeSpan Keep { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where a webhook with nothing to tell stands is kept this often, so that a start does not look through a week's log.</summary>
    internal TimeSpan KeepIdle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Pause after a fault of our own: storage that can't answer, a place that could not be kept.</summary>
    internal TimeSpan Again { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Commits of so long are looked at together, some twenty under load: nothing beside the time that a connection takes.</summary>
    internal TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>What is under way may end within, when a delivery is stopped.</summary>
    internal TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Posts of this silo under way beside the one that each webhook may always have: whoever is slow uses up these, never another's own.</summary>
    internal int SharedPosts { get; init; } = 256;
}
